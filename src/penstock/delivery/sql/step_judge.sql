-- Who of one package had their answer for as long as the delay: how many, and the contacts of those who meet the condition. It is judged
-- by what had happened when the delay was over, so that it does not matter when somebody looks. Who was accepted and came back before
-- then was not reached: of an SMS that is the usual way to learn it.
with answered as (
    select n.seq, a.since, a.reached
      from delivery_package p
     cross join lateral (
           select generate_series(p.first_seq, p.first_seq + p.size - 1) where p.first_seq is not null
           union all
           select unnest(p.positions)) as n (seq)
     cross join lateral (
           select min(o.at) as since, bool_or(o.state in (5, 6)) as reached
             from delivery_outcome o
            where o.mailing = p.mailing and o.seq = n.seq and o.package = p.no and o.state in (5, 6, 7)) as a
     where p.mailing = %(earlier)s and p.no = %(package)s and a.since <= now() - make_interval(secs => %(delay)s)
)
select count(*)::integer,
       coalesce(array_agg(r.contact order by a.seq) filter (
           where case when %(bounced)s then came_back else a.reached and not came_back end
             and (%(kinds)s::text[] is null or %(negated)s <> exists (
                  select from feedback_event v
                   where v.mailing = %(earlier)s and v.kind = any(%(kinds)s::text[]) and v.contact = r.contact
                     and v.at <= a.since + make_interval(secs => %(delay)s)))), '{}')
  from answered a
 cross join lateral (
       select exists (
              select from delivery_outcome o
               where o.mailing = %(earlier)s and o.seq = a.seq and o.package = %(package)s and o.state = 7
                 and o.at <= a.since + make_interval(secs => %(delay)s)) as came_back) as late
  join delivery_recipient r on r.mailing = %(earlier)s and r.seq = a.seq
