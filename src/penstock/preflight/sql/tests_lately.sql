-- How many tests an account had within the hour, and the seconds until so many of them are past that `wanted` more are possible.
with lately as (
    select asked_at, row_number() over (order by asked_at) as n, count(*) over () as total
      from preflight_test where account_id = %(account)s and asked_at > clock_timestamp() - interval '1 hour'
)
select count(*), coalesce(ceil(extract(epoch from max(asked_at) filter (where n <= total + %(wanted)s - %(most)s)
                                                  + interval '1 hour' - clock_timestamp())), 1)
  from lately
