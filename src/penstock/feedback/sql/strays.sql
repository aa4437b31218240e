select id, account, door, kind, why, size, times, at, last_at, raw
  from feedback_stray
 where (%(account)s::integer is null or account = %(account)s)
   and (%(number)s::bigint is null or id = %(number)s)
   and (%(before)s::bigint is null or id < %(before)s)
 order by id desc limit %(limit)s
