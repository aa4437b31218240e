-- One chain of the journal in its order, with its end.
select account_id, mailing_id, place, link, at, actor, door, command, from_state, to_state, reason, data
  from mailing_entry where account_id = %(account)s and mailing_id = %(mailing)s
 order by id limit %(limit)s
