-- The copy of an account that has been due the longest.
select c.id
  from notices_copy c
  join notices_notice n on n.id = c.notice_id
 where n.account_id = %(account)s and c.state = 'waiting' and c.due_at <= now()
 order by c.due_at, c.id
 limit 1
