with ended as (
    update mailing_chain set length = %(place)s, link = %(link)s
     where account_id = %(account_id)s and mailing = coalesce(%(mailing_id)s, 0)
)
insert into mailing_entry (account_id, mailing_id, place, link, at, actor, door, command, from_state, to_state, reason, data)
values (%(account_id)s, %(mailing_id)s, %(place)s, %(seal)s, %(at)s, %(actor)s, %(door)s, %(command)s, %(from_state)s,
        %(to_state)s, %(reason)s, %(data)s)
