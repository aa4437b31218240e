-- Canaries that are not judged good yet, of mailings that are being sent: what the mailing says, how many go ahead and are held; how many
-- of the canary were tried; how many, where it is more than half of it, were given back and wait again; when the last of it was handed over
-- or given back (null: not yet), and when the last of it that went again was.
-- Who waits again is looked for only where the counters say that it may be so many: these rows are as many as the canary.
select m.id, m.reason, a.policy || m.options, m.plan, a.zone, p.size, held.size, p.tried + again.tried, waiting.n, p.handed,
       case when waiting.many then greatest(p.handed, again.over) else p.handed end, m.channel
  from delivery_watch w
  join mailing_mailing m on m.id = w.mailing
  join account_account a on a.id = m.account_id
 cross join lateral (
       select sum(size)::bigint as size, case when bool_and(state = 'done') then max(closed_at) end as handed, sum(returned)::bigint as returned,
              sum(in_doubt + deferred + accepted + delivered + bounced)::bigint as tried
         from delivery_package where mailing = w.mailing and no = any(w.canary)) p
 cross join lateral (
       select coalesce(sum(size), 0)::bigint as size from delivery_package
        where mailing = w.mailing and held = 'canary' and state = 'waiting') held
 cross join lateral (
       -- All of them: while a canary is awaited nobody else is handed over. The ones of an earlier canary are few among the held.
       select coalesce(sum(in_doubt + deferred + accepted + delivered + bounced), 0)::bigint as tried, max(closed_at) as over
         from delivery_package
        where mailing = w.mailing and kind = 'again' and p.returned > 0 and no > (select max(c) from unnest(w.canary) c)) again
 cross join lateral (
       select p.handed is not null and p.returned * 2 > p.size as many, case when p.handed is not null and p.returned * 2 > p.size then (
              select count(*) from delivery_package c join delivery_due d
                  on d.mailing = c.mailing and d.seq >= c.first_seq and d.seq < c.first_seq + c.size and d.why = 'returned' and d.closed is null
               where c.mailing = w.mailing and c.no = any(w.canary))
            + (select count(*) from delivery_package o cross join lateral unnest(o.positions[o.cursor + 1:]) as seq
                 join delivery_package c on c.mailing = o.mailing and c.no = any(w.canary) and seq >= c.first_seq and seq < c.first_seq + c.size
                where o.mailing = w.mailing and o.kind = 'again' and o.state in ('waiting', 'active'))
              else 0 end as n) waiting
 where w.canary is not null and not w.failed and m.state = 'sending' and m.stopped_at is null
 order by m.id
