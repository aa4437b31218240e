-- What the lifecycle's guards may know of what was found beforehand, for the message and audience rule that the mailing has now.
-- `analysis`: the state of the newest analysis of exactly these (null: none); `analysed`: its progress in percent;
-- `analysis_blockers`: what keeps the mailing from going, as the newest one that is done found it: a blocker holds until another
-- analysis has not found it any more, however many were asked for and called off meanwhile; `tested`: a test of exactly this message was taken by a
-- server; `tested_before`: only one of an earlier message was.
create or replace function preflight_facts(
    p_mailing integer, out analysis text, out analysed integer, out analysis_blockers text[], out tested boolean, out tested_before boolean
) language sql stable as $$
    select a.state, case when a.total > 0 then (100.0 * a.done / a.total)::integer else 0 end,
           array(select f.place || ': ' || f.text from preflight_finding f
                  where f.severity = 'blocker'
                    and f.analysis_id = (select max(d.id) from preflight_analysis d
                                          where d.mailing_id = m.id and d.message_id = m.message_id and d.audience = m.audience
                                            and d.state = 'done')
                  order by f.rank, f.id),
           exists (select from preflight_test t where t.mailing_id = m.id and t.message_id = m.message_id and t.state = 'accepted'),
           exists (select from preflight_test t where t.mailing_id = m.id and t.message_id <> m.message_id and t.state = 'accepted')
      from mailing_mailing m
      left join lateral (
           select * from preflight_analysis x
            where x.mailing_id = m.id and x.message_id = m.message_id and x.audience = m.audience
            order by x.id desc limit 1) a on true
     where m.id = p_mailing
$$;
