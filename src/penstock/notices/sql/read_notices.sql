update notices_notice n set read_at = now()
 where n.account_id = %(account)s and n.read_at is null and (%(notices)s::bigint[] is null or n.id = any(%(notices)s))
