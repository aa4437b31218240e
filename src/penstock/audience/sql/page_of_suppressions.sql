-- By id: a number is never given twice, so a page that follows another misses nothing that was there.
select id, normal as address, reason, origin, created_at
  from audience_suppression
 where account_id = %(account)s
   and (%(before)s::bigint is null or id < %(before)s)
   and (%(reason)s::text is null or reason = %(reason)s)
   and (%(normals)s::text[] is null or normal = any(%(normals)s))
 order by id desc limit %(limit)s
