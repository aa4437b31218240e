-- What brought the mailing into the state that it is in.
select place, at, actor, door, command, from_state, to_state, reason, data
  from mailing_entry where mailing_id = %(mailing)s and from_state is distinct from to_state
 order by id desc limit 1
