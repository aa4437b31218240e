-- A stretch of the ledger counted three ways in one pass: by domain and state, by state and reason, and the settled by quarter of an hour.
-- (Every zone is some quarters of an hour from UTC, so that hours of any zone can be made of these.)
, settled as (
    select told.*, case when state in ('cancelled', 'expired') then coalesce(%(ended)s, at)
                        when state not in ('waiting', 'in_flight', 'deferred') then at end as settled_at
      from told
)
select grouping(domain, reason, date_bin('15 minutes', settled_at, 'epoch')) as by,
       domain, state, reason, date_bin('15 minutes', settled_at, 'epoch') as quarter, count(*)
  from settled
 group by grouping sets ((domain, state), (state, reason), (state, date_bin('15 minutes', settled_at, 'epoch')))
