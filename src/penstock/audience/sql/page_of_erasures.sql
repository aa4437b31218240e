-- Requests to erase many, newest first.
select id, state, total, cardinality(addresses) as left, erased, traces, unknown, keep_out, error, asked_at, finished_at
  from audience_erasure
 where account_id = %(account)s and (%(before)s::integer is null or id < %(before)s)
 order by id desc limit %(limit)s
