-- The servers of centres that are to be listened to, and whether a lane is there: then receipts and messages come over its binds. A lane
-- that has ended says nothing any more (delivery_health).
select s.id, s.url, s.secret, s.connection_limit,
       exists (select from delivery_health h where h.server = s.id and h.beat_at > clock_timestamp() - interval '3 seconds')
  from account_server s
  join account_transport t on t.id = s.transport_id
 where t.channel = 'sms' and s.enabled and s.url ~ '^smpps?://'
 order by s.id
