-- What the lifecycle's guards may know of what was found beforehand, for the message and audience rule that the mailing has now.
-- `analysis`: the state of the newest analysis of exactly these (null: none); `analysed`: its progress in percent;
-- `analysis_blockers`: what it found that keeps the mailing from going; `tested`: a test of exactly this message was taken by a
-- server; `tested_before`: only one of an earlier message was.
create or replace function preflight_facts(
    p_mailing integer, out analysis text, out analysed integer, out analysis_blockers text[], out tested boolean, out tested_before boolean
) language sql stable as $$
    select a.state, case when a.total > 0 then (100.0 * a.done / a.total)::integer else 0 end,
           array(select f.place || ': ' || f.text from preflight_finding f
                  where f.analysis_id = a.id and f.severity = 'blocker' and a.state = 'done' order by f.rank, f.id),
           exists (select from preflight_test t where t.mailing_id = m.id and t.message_id = m.message_id and t.state = 'accepted'),
           exists (select from preflight_test t where t.mailing_id = m.id and t.message_id <> m.message_id and t.state = 'accepted')
      from mailing_mailing m
      left join lateral (
           select * from preflight_analysis x
            where x.mailing_id = m.id and x.message_id = m.message_id and x.audience = m.audience
            order by x.id desc limit 1) a on true
     where m.id = p_mailing
$$;
