select d.id, d.webhook_id as webhook, 'msg_' || replace(d.uuid::text, '-', '') as message, d.kind, d.body, d.at, d.state, d.attempts, d.due_at, d.settled_at,
       l.status, l.error
  from notices_delivery d
  join notices_webhook w on w.id = d.webhook_id
  left join lateral (
       select a.status, a.error from notices_attempt a where a.delivery_id = d.id order by a.id desc limit 1
  ) l on true
 where w.account_id = %(account)s
   and (%(webhook)s::integer is null or d.webhook_id = %(webhook)s)
   and (%(state)s::text is null or d.state = %(state)s)
   and (%(before)s::bigint is null or d.id < %(before)s)
   and (%(delivery)s::bigint is null or d.id = %(delivery)s)
 order by d.id desc
 limit %(limit)s
