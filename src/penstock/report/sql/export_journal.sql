-- Who did what to a mailing, oldest first.
select at, actor, door, command, from_state, to_state, reason from mailing_entry where mailing_id = %(mailing)s order by place
