select place, at, actor, door, command, from_state, to_state, reason, data
  from mailing_entry where mailing_id = %(mailing)s and place < %(before)s
 order by id desc limit %(limit)s
