-- Messages that nobody has noted yet: of each account its oldest first, so that who gets thousands keeps no STOP of another's waiting.
-- Another who notes at the same time takes others. Of a flood no more than 20,000 are looked through at a time.
with waiting as (
    select account, id, row_number() over (partition by account order by id) as nth
      from (select account, id from feedback_message where noted_at is null order by id limit 20000) m
), picked as materialized (
    select account, id from waiting order by nth, id limit %(most)s
)
select m.account, m.id, m.transport, m.number, m.text, t.name as transport_name, a.policy
  from picked
  join feedback_message m on m.account = picked.account and m.id = picked.id
  join account_account a on a.id = m.account
  left join account_transport t on t.id = m.transport
 where m.noted_at is null
 order by m.id
   for update of m skip locked
