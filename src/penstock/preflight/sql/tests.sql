select t.id, t.mailing_id as mailing, t.message_id as message, t.revision, t.message_id = m.message_id as current, t.address, t.contact,
       t.prefix, t.state, t.reply, t.asked_by, t.asked_at, t.ended_at
  from preflight_test t join mailing_mailing m on m.id = t.mailing_id
 where t.mailing_id = %(mailing)s and (%(before)s::integer is null or t.id < %(before)s)
   and (%(only)s::integer[] is null or t.id = any(%(only)s))
 order by t.id desc limit %(limit)s
