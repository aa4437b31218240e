-- The accounts at centres that are to be listened to (several transports may share one, and each has its servers), and whether a lane is
-- there: then receipts and messages come over its binds. A lane that has ended says nothing any more (delivery_health).
select array_agg(s.id), (array_agg(s.url order by s.id))[1], (array_agg(s.secret order by s.id))[1],
       (array_agg(s.connection_limit order by s.id))[1],
       exists (select from delivery_health h where h.server = any(array_agg(s.id)) and h.beat_at > clock_timestamp() - interval '3 seconds')
  from account_server s
  join account_transport t on t.id = s.transport_id
 where t.channel = 'sms' and s.enabled and s.url ~ '^smpps?://'
 group by split_part(s.url, '?', 1)
 order by min(s.id)
