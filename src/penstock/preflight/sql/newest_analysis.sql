-- The newest analysis of a mailing; `current`: it is of exactly the message and audience rule that the mailing has now.
select a.id, a.mailing_id as mailing, a.state, a.message_id = m.message_id and a.audience = m.audience as current, a.options,
       a.total, a.done, a.figures, a.error, a.asked_by, a.asked_at, a.started_at, a.ended_at
  from preflight_analysis a join mailing_mailing m on m.id = a.mailing_id
 where a.mailing_id = %(mailing)s
 order by a.id desc limit 1
