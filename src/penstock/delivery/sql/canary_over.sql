-- When those may go at the earliest who are held for a canary: its wait runs from the last of it, or from now while that has not gone. No
-- row: nobody is held for one.
select coalesce(case when bool_and(p.state = 'done') then max(p.closed_at) end, now())
       + make_interval(mins => coalesce((m.options ->> 'canary_wait')::integer, (a.policy ->> 'canary_wait')::integer, %(wait)s))
  from delivery_watch w
  join mailing_mailing m on m.id = w.mailing
  join account_account a on a.id = m.account_id
  join delivery_package p on p.mailing = w.mailing and p.no = any(w.canary)
 where w.mailing = %(mailing)s
 group by m.id, a.id
