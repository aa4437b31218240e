-- The sequence of an account: first what is handing off (place 0), then what waits, in order; for each how many are left to hand off and
-- the rate it is held to in messages, if any (that of short messages counts parts). `blocked`: a paused one keeps all others waiting.
select place, id, rate, blocked,
       case when frozen then (select unbegun + due_returned + in_flight from delivery_facts(id))
            else coalesce(approved_size, (select count(*) from audience_membership where list_id = list)) end as people
  from (select case when m.state = 'queued' then array_position(q.mailings, m.id) else 0 end as place, m.id,
               (m.options ->> 'rate')::double precision / case m.channel when 'sms' then coalesce(delivery_parts_each(m.id), 1) else 1 end as rate, m.state = 'paused' as blocked,
               m.frozen_at is not null as frozen, m.approved_size, (m.audience ->> 'list')::integer as list
          from mailing_mailing m
          join account_account a on a.id = m.account_id
          left join mailing_queue q on q.account_id = m.account_id
         where m.account_id = %(account)s and m.plan ->> 'kind' = 'sequence'
           and (m.state in ('queued', 'starting', 'sending', 'cancelling')
                or m.state = 'paused' and m.came_from in ('starting', 'sending') and a.policy ->> 'paused_head' = 'block')) as waiting
 order by place, id
