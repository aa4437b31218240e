-- Everything once more: the balance is the sum of its entries and of what mailings have, each entry follows from the one before it,
-- and a mailing that has ended has exactly what it handed over.
with entry as (
    select *, sum(available) over (partition by channel order by id) as sum_available from account_credit_entry where account_id = %(account)s
), summed as (
    select channel, sum(available) as available, sum(reserved) as reserved, sum(spent) as spent,
           sum(available) filter (where kind in ('top_up', 'taken_back')) as topped_up
      from entry group by channel
), used as (
    select channel, sum(reserved) as reserved, sum(spent - returned) as spent from account_credit_use
     where account_id = %(account)s group by channel
)
select format('%%s: the balance is %%s, its entries make %%s', channel, (b.available, b.reserved, b.spent, b.topped_up),
              (s.available, s.reserved, s.spent, s.topped_up))
  from (select * from account_credit_balance where account_id = %(account)s) b full join summed s using (channel)
 where (coalesce(b.available, 0), coalesce(b.reserved, 0), coalesce(b.spent, 0), coalesce(b.topped_up, 0))
       <> (coalesce(s.available, 0), coalesce(s.reserved, 0), coalesce(s.spent, 0), coalesce(s.topped_up, 0))
union all
select format('%%s: the balance has %%s reserved and %%s spent, mailings %%s and %%s', channel, b.reserved, b.spent, u.reserved, u.spent)
  from (select * from account_credit_balance where account_id = %(account)s) b full join used u using (channel)
 where (coalesce(b.reserved, 0), coalesce(b.spent, 0)) <> (coalesce(u.reserved, 0), coalesce(u.spent, 0))
union all
select format('entry %%s: %%s available, it says %%s', id, sum_available, remaining) from entry where remaining <> sum_available
union all
select format('mailing %%s: %%s, has %%s reserved, %%s spent, %%s free, and handed over to %%s', u.mailing, m.state, u.reserved, u.spent, u.free, d.used)
  from account_credit_use u join mailing_mailing m on m.id = u.mailing cross join lateral delivery_credits(u.mailing) d
 where u.account_id = %(account)s and m.state in ('sent', 'cancelled', 'expired')
   and (u.reserved <> 0 or u.spent + u.free <> greatest(d.used, u.free))
