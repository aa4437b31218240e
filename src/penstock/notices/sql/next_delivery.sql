-- The oldest delivery of a webhook that is due, unless the webhook rests or is disabled.
select d.id, d.webhook_id as webhook, w.account_id as account, d.uuid, d.body, d.attempts, w.url, w.secret,
       case when w.previous_until > now() then w.previous_secret end as previous
  from notices_delivery d
  join notices_webhook w on w.id = d.webhook_id
 where d.webhook_id = %(webhook)s and d.state = 'waiting' and d.due_at <= now()
   and w.disabled_at is null and (w.rest_until is null or w.rest_until <= now())
 order by d.due_at, d.id
 limit 1
