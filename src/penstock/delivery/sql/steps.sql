-- The steps of chains that wait for somebody: scheduled, or being sent.
select m.id, m.state, m.account_id as account,
       mailing_rule(m) as audience, coalesce((m.plan ->> 'delay')::integer, 0) as delay
  from mailing_mailing m
 where m.audience ? 'step' and m.state in ('scheduled', 'sending') and m.stopped_at is null
 order by m.id
