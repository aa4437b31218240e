-- The same by recipient.
insert into feedback_buyer as b (mailing, seq, orders)
select mailing, seq, count(*) from feedback_order
 where account = %(account)s and id = any(%(orders)s) and mailing is not null
 group by mailing, seq order by mailing, seq
on conflict (mailing, seq) do update set orders = b.orders + %(by)s * excluded.orders
