-- The newest analysis of exactly the message and audience rule that the mailing has now, if one is over.
select x.id
  from preflight_analysis x join mailing_mailing m on m.id = x.mailing_id
 where m.id = %(mailing)s and x.message_id = m.message_id and x.audience = m.audience and x.state = 'done'
 order by x.id desc limit 1
