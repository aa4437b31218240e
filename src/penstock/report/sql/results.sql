-- What became of mailings of an account, and what came back: from counters, and never by counting events.
select m.id, m.name, m.state, m.channel, m.started_at, m.finished_at, m.fixes_id, m.chain_id, m.position,
       c.settled, c.bounced as lost, c.complained, c.unmade,
       (select jsonb_object_agg(kind, jsonb_build_array(people, total)) from feedback_count where mailing = m.id and link = 0) as answers,
       (select jsonb_object_agg(class, jsonb_build_array(people, late))
          from (select class, count(*) as people, count(*) filter (where origin <> 'smtp') as late
                  from feedback_bounce where mailing = m.id group by class) as b) as bounces,
       (select jsonb_agg(jsonb_build_array(currency, orders, amount::text, cancelled) order by orders desc, currency)
          from feedback_revenue where mailing = m.id) as revenue,
       (select count(*) from feedback_buyer where mailing = m.id and orders > 0) as buyers
  from mailing_mailing m
 cross join lateral delivery_counted(m.id) c
 where m.account_id = %(account)s and m.id = any(%(mailings)s) and m.deleted_at is null
