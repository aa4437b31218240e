-- Mailings that too few credits stopped, oldest first: a top-up lets them go on.
select m.id as mailing, m.name, n.needed, coalesce(n.needed, 0) <= coalesce(b.available, 0) as enough
  from mailing_mailing m
  left join account_credit_balance b on b.account_id = m.account_id and b.channel = m.channel
 cross join lateral account_credits_needed(m.id) n
 where m.account_id = %(account)s and m.channel = %(channel)s and m.state = 'interrupted' and m.reason ->> 'code' = 'credits'
   and m.deleted_at is null
 order by m.id limit 100
