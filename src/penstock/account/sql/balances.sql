-- The balance of every channel; `in_use` is read from the packages of the few mailings that hold credits.
select c.channel, coalesce(b.available, 0) as available, coalesce(b.reserved, 0) as reserved,
       coalesce((select sum(least(greatest(d.used - u.free, 0) - u.spent, u.reserved))::bigint
                   from account_credit_use u cross join lateral delivery_credits(u.mailing) d
                  where u.account_id = %(account)s and u.channel = c.channel and u.reserved > 0), 0) as in_use,
       coalesce(b.spent, 0) as spent, coalesce(b.topped_up, 0) as topped_up
  from unnest(%(channels)s::text[]) with ordinality as c (channel, turn)
  left join account_credit_balance b on b.account_id = %(account)s and b.channel = c.channel
 order by c.turn
