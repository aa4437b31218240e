-- Adds credits, or takes some back; the balance is locked.
with balance as (
    update account_credit_balance set available = available + %(amount)s, topped_up = topped_up + %(amount)s
     where account_id = %(account)s and channel = %(channel)s
)
insert into account_credit_entry (account_id, channel, at, kind, available, remaining, actor, door, note, reference)
values (%(account)s, %(channel)s, clock_timestamp(), %(kind)s, %(amount)s, %(remaining)s, %(actor)s, %(door)s, %(note)s, %(reference)s)
returning id
