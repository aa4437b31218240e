-- What a resumption would find: the package that goes first, the waiting ones who were suppressed since the freeze, and the
-- deferred ones whose time has passed; and since when it stands still.
select (select min(no) from delivery_package where mailing = m.id and state in ('waiting', 'active')),
       (select count(*)
          from audience_suppression s
          join delivery_recipient r on r.mailing = m.id and r.package > 0 and r.normal = s.normal
         where s.account_id = m.account_id and s.id > m.suppressed_to
           and not exists (select from delivery_outcome o
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
