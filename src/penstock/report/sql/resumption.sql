-- What a resumption would find: the package that goes first, the waiting ones who were suppressed since the freeze, and the
-- deferred ones whose time has passed; and since when it stands still. The few new suppressions are looked up in the ledger one by one,
-- never the other way round (offset 0 keeps the planner from it): of a million recipients hardly anybody is meant.
with newer as materialized (
    select s.normal from mailing_mailing m join audience_suppression s on s.account_id = m.account_id and s.id > m.suppressed_to
     where m.id = %(mailing)s
), concerned as materialized (
    select r.seq, r.package
      from newer n
     cross join lateral (select seq, package from delivery_recipient
                          where mailing = %(mailing)s and normal = n.normal and package > 0 offset 0) as r
)
select (select min(no) from delivery_package where mailing = m.id and state in ('waiting', 'active')),
       (select count(*)
          from concerned r
         where not exists (select from delivery_outcome o
                            where o.mailing = m.id and o.seq = r.seq and o.state not in (2, 3))
           and (exists (select from delivery_package p
                         where p.mailing = m.id and p.no = r.package and p.state in ('waiting', 'active')
                           and r.seq >= p.first_seq + p.cursor)
                or exists (select from delivery_due d where d.mailing = m.id and d.seq = r.seq and d.closed is null)))
     , (select count(*) from delivery_due
         where mailing = m.id and closed is null and why = 'deferred' and due_at <= now())
     , m.stopped_at
  from mailing_mailing m
 where m.id = %(mailing)s
