-- Everything that was done in one account, to mailings and otherwise, newest first.
select id, mailing_id as mailing, place, at, actor, door, command, from_state, to_state, reason, data
  from mailing_entry where account_id = %(account)s and id < %(before)s
 order by id desc limit %(limit)s
