-- Count it where it is there, else keep it; of more than `most` of an account (or of nobody) the oldest go: what one account is sent
-- takes nobody else's room. Answers whether it is new. (Looked up first, because an insert that conflicts uses up a number.)
with seen as (
    update feedback_stray set times = least(times, 2000000000) + 1, last_at = clock_timestamp() where digest = %(digest)s returning id
), kept as (
    insert into feedback_stray (account, door, kind, why, raw, uncovered, size, digest)
    select %(account)s, %(door)s, %(kind)s, %(why)s, %(raw)s, %(uncovered)s, %(size)s, %(digest)s where not exists (select from seen)
    on conflict (digest) do update set times = least(feedback_stray.times, 2000000000) + 1, last_at = clock_timestamp()
    returning id, times = 1 as new
), gone as (
    -- The new one is not seen here. Past `most` there are never many: this walks the index of the account's.
    delete from feedback_stray s
     where exists (select from kept where new)
       and case when %(account)s::integer is null then s.account is null else s.account = %(account)s end
       and s.id <= (select o.id from feedback_stray o
                     where case when %(account)s::integer is null then o.account is null else o.account = %(account)s end
                     order by o.id desc offset %(most)s - 1 limit 1)
)
select coalesce((select new from kept), false)
