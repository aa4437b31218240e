-- Count it where it is there, else keep it; of more than `most` the oldest go. Answers whether it is new. (Looked up first, because an
-- insert that conflicts uses up a number, and the numbers say which are the oldest.)
with seen as (
    update feedback_stray set times = least(times, 2000000000) + 1, last_at = clock_timestamp() where digest = %(digest)s returning id
), kept as (
    insert into feedback_stray (account, door, kind, why, raw, size, digest)
    select %(account)s, %(door)s, %(kind)s, %(why)s, %(raw)s, %(size)s, %(digest)s where not exists (select from seen)
    on conflict (digest) do update set times = least(feedback_stray.times, 2000000000) + 1, last_at = clock_timestamp()
    returning id, times = 1 as new
), gone as (
    delete from feedback_stray where id <= (select id from kept where new) - %(most)s
)
select coalesce((select new from kept), false)
