-- Addresses that so many mailings of the account have reached in so many days, or stand waiting in: whoever is reached by one more
-- would have too many. Fewer mailings than that in all: nobody is looked at.
insert into pg_temp.capped
with other as materialized (
    select m.id, m.state not in ('sent', 'cancelled', 'expired') as live
      from mailing_mailing m
     where m.account_id = %(account)s and m.id <> %(mailing)s and m.frozen_at is not null
       and (m.state not in ('sent', 'cancelled', 'expired') or m.finished_at > now() - make_interval(days => %(days)s))
), enough as materialized (
    select id, live from other where (select count(*) from other) >= %(mailings)s
), reached as (
    select distinct o.mailing, o.seq
      from delivery_outcome o
     where o.mailing in (select id from enough) and o.at > now() - make_interval(days => %(days)s)
       and (o.state in (5, 6)
            or o.state = 1 and not exists (select from delivery_outcome later
                                            where later.mailing = o.mailing and later.seq = o.seq
                                              and (later.package, later.state) > (o.package, o.state)))
), counts as (
    select r.normal from reached join delivery_recipient r using (mailing, seq) where true {among}
    union all
    select r.normal
      from enough
      join delivery_recipient r on r.mailing = enough.id and r.package > 0
     where enough.live {among}
       and not exists (select from delivery_outcome o where o.mailing = r.mailing and o.seq = r.seq and o.state in (1, 4, 5, 6, 7))
       and not exists (select from delivery_due d where d.mailing = r.mailing and d.seq = r.seq and d.closed is not null)
       and not exists (select from delivery_package p
                        where p.mailing = r.mailing and p.no = r.package and p.state in ('cancelled', 'expired')
                          and r.seq >= p.first_seq + p.cursor)
)
select normal from counts group by normal having count(*) >= %(mailings)s
