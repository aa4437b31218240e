select id, name, state, list_id as list, error, error_code, columns, rows, created, updated, unchanged, duplicates, rejected, numbers, numbers_refused,
       case when state in ('waiting', 'running') then progress end as progress, started_at, finished_at
  from audience_import
 where account_id = %(account)s and (%(before)s::bigint is null or id < %(before)s)
 order by id desc limit %(limit)s
