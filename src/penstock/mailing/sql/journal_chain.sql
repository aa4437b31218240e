-- One chain of an account's journal in its order; mailing 0: the entries that concern none.
select id, account_id, mailing_id, place, link, at, actor, door, command, from_state, to_state, reason, data
  from mailing_entry
 where account_id = %(account)s and mailing_id is not distinct from nullif(%(mailing)s, 0)
 order by id
