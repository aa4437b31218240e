-- Keep it, or count it where it is there; of more than `most` the oldest go. Answers whether it is new.
with kept as (
    insert into feedback_stray (account, door, kind, why, raw, size, digest)
    values (%(account)s, %(door)s, %(kind)s, %(why)s, %(raw)s, %(size)s, %(digest)s)
    on conflict (digest) do update set times = least(feedback_stray.times, 2000000000) + 1, last_at = clock_timestamp()
    returning id, times = 1 as new
), gone as (
    delete from feedback_stray where (select new from kept) and id <= (select id from kept) - %(most)s
)
select new from kept
