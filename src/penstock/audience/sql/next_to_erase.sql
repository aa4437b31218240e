-- The next portion of a request; none where it is done, or another worker has it in hand.
with next as (
    select id from audience_erasure where id = %(number)s and state in ('waiting', 'running') for update skip locked
)
update audience_erasure e set state = 'running' from next
 where e.id = next.id
returning e.account_id as account, e.addresses[1 : %(portion)s] as addresses, e.keep_out, e.actor, e.door
