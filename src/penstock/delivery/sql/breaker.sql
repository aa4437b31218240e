-- Mailings that are being sent, with what the breaker counts of each since it was armed, and its limits in percent.
select m.id, c.settled - coalesce(w.settled, 0), c.bounced - coalesce(w.bounced, 0), c.complained - coalesce(w.complained, 0),
       c.unmade - coalesce(w.unmade, 0), w.armed_at is not null, a.policy
  from mailing_mailing m
  join account_account a on a.id = m.account_id
  left join delivery_watch w on w.mailing = m.id
 cross join lateral delivery_counted(m.id) c
 where m.state in ('sending', 'finishing')
   and (exists (select from delivery_package p where p.mailing = m.id and p.state in ('waiting', 'active'))     -- there is something to stop
        or exists (select from delivery_due d where d.mailing = m.id and d.closed is null))
 order by m.id
