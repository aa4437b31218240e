select coalesce(b.available, 0) as available, coalesce(a.policy ->> 'credits', 'unlimited') = 'counted' as counted
  from account_account a
  left join account_credit_balance b on b.account_id = a.id and b.channel = %(channel)s
 where a.id = %(account)s
