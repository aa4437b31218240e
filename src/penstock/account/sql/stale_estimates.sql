-- Those that start by themselves, or wait for credits, and are not frozen: never counted, or a day ago, or an hour before their time
-- a quarter of an hour ago. Before a day has passed the count of the submission is as good.
select m.id, mailing_rule(m)
  from (select * from mailing_mailing x
         where x.account_id = %(account)s and x.state in ('in_review', 'in_moderation', 'scheduled') and x.due_at is not null
        union all
        select * from mailing_mailing x where x.account_id = %(account)s and x.state = 'queued'
        union all
        select * from mailing_mailing x
         where x.account_id = %(account)s and x.state = 'interrupted' and x.reason ->> 'code' = 'credits') m
  left join account_credit_estimate e on e.mailing = m.id
 where m.frozen_at is null and m.deleted_at is null and not m.audience ? 'step'   -- a step's recipients come one by one
   and coalesce(e.at, case when m.approved_size is not null then m.submitted_at end, '-infinity')
       < clock_timestamp() - case when m.state in ('queued', 'interrupted') or m.due_at < clock_timestamp() + interval '1 hour'
                                  then interval '15 min' else interval '1 day' end
 order by m.state = 'interrupted' desc, m.due_at nulls first, m.id
 limit %(most)s
