-- Mailings that too few credits stopped, oldest first: a top-up lets them go on. Those who were to join one, and did not for want of
-- credits, stand in no ledger: how many they need is kept with the reason.
select m.id as mailing, m.name, n.needed, coalesce(n.needed, 0) <= coalesce(b.available, 0) as enough
  from mailing_mailing m
  left join account_credit_balance b on b.account_id = m.account_id and b.channel = m.channel
 cross join lateral (
       select greatest(k.needed, case when k.exact then (m.reason ->> 'needed')::bigint end) as needed
         from account_credits_needed(m.id) k) n
 where m.account_id = %(account)s and m.channel = %(channel)s and m.state = 'interrupted' and m.reason ->> 'code' = 'credits'
   and m.deleted_at is null
 order by m.id limit 100
