-- Mailings that too few credits stopped, oldest first: a top-up lets them go on.
select m.id as mailing, m.name, n.needed
  from mailing_mailing m
 cross join lateral account_credits_needed(m.id) n
 where m.account_id = %(account)s and m.channel = %(channel)s and m.state = 'interrupted' and m.reason ->> 'code' = 'credits'
   and m.deleted_at is null
 order by m.id limit 100
