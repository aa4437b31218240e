-- A copy for each person; it waits to be sent where the account's notices leave by e-mail, else it is listed alone.
insert into notices_copy (notice_id, identity, state, due_at, attempts, reply)
select %(notice)s, identity, case when s.account_id is null then 'listed' else 'waiting' end,
       case when s.account_id is null then null else now() end, 0, ''
  from unnest(%(identities)s::text[]) as identity
  left join notices_setting s on s.account_id = %(account)s and s.transport_id is not null
