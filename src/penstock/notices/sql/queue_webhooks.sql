-- Webhooks with deliveries that are due, which do not rest, and that no job has in hand.
with due as (
    select w.id from notices_webhook w
     where w.disabled_at is null and (w.rest_until is null or w.rest_until <= now())
       and (w.queued_until is null or w.queued_until <= now())
       and exists (select from notices_delivery d where d.webhook_id = w.id and d.state = 'waiting' and d.due_at <= now())
     order by w.id limit 100 for update skip locked
)
update notices_webhook w set queued_until = now() + make_interval(secs => %(hold)s) from due where w.id = due.id
returning w.id
