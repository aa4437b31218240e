-- The mailings of all accounts that too many bounces or complaints stopped and nobody has unlocked yet, those first that have been so
-- longest, with what the breaker counted.
with page as (
    select m.id, m.name, m.account_id, m.reason, (m.reason ->> 'since')::timestamptz as since
      from mailing_mailing m
     where m.state = 'interrupted' and m.deleted_at is null
       and m.reason ->> 'code' in ('bounces', 'complaints') and m.reason -> 'unlocked' is null
       and (%(since)s::timestamptz is null or ((m.reason ->> 'since')::timestamptz, m.id) > (%(since)s, %(after)s))
     order by 5, 1 limit %(limit)s
)
select p.id, p.name, p.account_id as account, a.name as account_name, a.zone, p.reason, p.since,
       c.settled - coalesce(w.settled, 0) as settled, c.bounced - coalesce(w.bounced, 0) as bounced,
       c.complained - coalesce(w.complained, 0) as complained
  from page p
  join account_account a on a.id = p.account_id
  left join delivery_watch w on w.mailing = p.id
 cross join lateral delivery_counted(p.id) c
 order by p.since, p.id
