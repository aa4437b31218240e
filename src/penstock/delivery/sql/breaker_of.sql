-- As breaker, of one mailing in whatever state.
select c.settled - coalesce(w.settled, 0), c.bounced - coalesce(w.bounced, 0), c.complained - coalesce(w.complained, 0),
       c.unmade - coalesce(w.unmade, 0), a.policy
  from mailing_mailing m
  join account_account a on a.id = m.account_id
  left join delivery_watch w on w.mailing = m.id
 cross join lateral delivery_counted(m.id) c
 where m.id = %(mailing)s
