-- Copies that are due and that no job has in hand; they count as in hand for a while from now on.
with due as (
    select id from notices_copy
     where state = 'waiting' and due_at <= now() and (queued_until is null or queued_until <= now())
     order by due_at limit 100 for update skip locked
)
update notices_copy c set queued_until = now() + make_interval(secs => %(hold)s)
  from due, notices_notice n
 where c.id = due.id and n.id = c.notice_id
returning n.account_id
