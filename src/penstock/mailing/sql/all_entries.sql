select account_id, mailing_id, place, link, at, actor, door, command, from_state, to_state, reason, data
  from mailing_entry order by account_id, mailing_id, id
