-- The newest entry about the mailing.
select place, at, actor, door, command, from_state, to_state, reason, data
  from mailing_entry where mailing_id = %(mailing)s
 order by place desc limit 1
