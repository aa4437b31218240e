-- The figures of one mailing from its packages' counters and the few due rows: some thousand rows, never a million.
with package as (
    select kind, state, size, cursor, attempt, release_at, in_doubt, skipped, accepted, delivered, bounced, begun_at,
           in_doubt + returned + deferred + skipped + accepted + delivered + bounced as recorded,
           in_doubt + deferred + accepted + delivered + bounced as handed_off,
           state in ('waiting', 'active') as open,
           case when begun_at is null then null
                when state = 'active' then now() else coalesce(closed_at, now()) end as until
      from delivery_package
     where mailing = %(mailing)s
), due as (
    select count(*) filter (where closed is null and why = 'deferred') as deferred,
           count(*) filter (where closed is null and why = 'returned') as returned,
           count(*) filter (where closed = 'cancelled') as cancelled,
           count(*) filter (where closed = 'expired') as expired,
           min(due_at) filter (where closed is null and why = 'deferred' and isfinite(due_at)) as next_at
      from delivery_due
     where mailing = %(mailing)s
), counted as (
    select coalesce(sum(size) filter (where kind in ('plain', 'skipped')), 0) as recipients,
           coalesce(sum(size - cursor) filter (where open and kind <> 'retry'), 0) as waiting,
           coalesce(sum(cursor - recorded), 0) as in_flight,
           coalesce(sum(accepted), 0) as accepted,
           coalesce(sum(delivered), 0) as delivered,
           coalesce(sum(size - cursor) filter (where open and kind = 'retry'), 0) as deferred,
           coalesce(sum(bounced), 0) as bounced,
           coalesce(sum(in_doubt), 0) as in_doubt,
           coalesce(sum(skipped), 0) as skipped,
           coalesce(sum(size - cursor) filter (where state = 'cancelled'), 0) as cancelled,
           coalesce(sum(size - cursor) filter (where state = 'expired'), 0) as expired,
           -- Those tried at least once: a first attempt is in a package with none before it.
           coalesce(sum(handed_off) filter (where attempt = 0), 0) as tried,
           coalesce(sum(handed_off), 0) as attempts,
           -- The share of each package's attempts that falls into the last seconds, for a rate without samples.
           sum(handed_off * least(1, extract(epoch from until - greatest(begun_at, now() - %(window)s))
                                     / nullif(extract(epoch from until - begun_at), 0)))
               filter (where until > now() - %(window)s) as lately,
           extract(epoch from now() - greatest(min(begun_at), now() - %(window)s)) as during,
           greatest(0, extract(epoch from max(release_at) filter (where state = 'waiting' and isfinite(release_at)) - now())) as last_in
      from package
)
select recipients::bigint, (waiting + due.returned)::bigint, in_flight::bigint, accepted::bigint, delivered::bigint,
       (counted.deferred + due.deferred)::bigint, bounced::bigint, in_doubt::bigint, skipped::bigint,
       (counted.cancelled + due.cancelled)::bigint, (counted.expired + due.expired)::bigint,
       tried::bigint, attempts::bigint, coalesce(lately / nullif(during, 0), 0)::double precision, due.next_at,
       coalesce(last_in, 0)::double precision, case when accepted > 0 then delivery_awaiting(%(mailing)s) else 0 end
  from counted, due
