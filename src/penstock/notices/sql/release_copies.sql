-- No job has an account's copies in hand any more: the next turn queues one.
update notices_copy c set queued_until = null
  from notices_notice n
 where n.id = c.notice_id and n.account_id = %(account)s and c.state = 'waiting' and c.queued_until is not null
