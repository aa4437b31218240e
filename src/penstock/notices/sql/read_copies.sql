update notices_copy c set read_at = now()
  from notices_notice n
 where n.id = c.notice_id and n.account_id = %(account)s and c.identity = %(identity)s and c.read_at is null
   and (%(notices)s::bigint[] is null or n.id = any(%(notices)s))
