-- Count orders for their mailings (by 1), or no longer (by -1).
insert into feedback_revenue as r (mailing, currency, orders, amount)
select mailing, currency, count(*), sum(amount) from feedback_order
 where account = %(account)s and id = any(%(orders)s) and mailing is not null
 group by mailing, currency order by mailing, currency
on conflict (mailing, currency) do update
   set orders = r.orders + %(by)s * excluded.orders, amount = r.amount + %(by)s * excluded.amount,
       cancelled = r.cancelled + case when %(by)s < 0 then excluded.orders else 0 end
