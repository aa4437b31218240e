select u.mailing, m.name, m.state, u.reserved, least(greatest(d.used - u.free, 0) - u.spent, u.reserved)::integer as used
  from account_credit_use u
  join mailing_mailing m on m.id = u.mailing
 cross join lateral delivery_credits(u.mailing) d
 where u.account_id = %(account)s and u.channel = %(channel)s and u.reserved > 0
 order by u.mailing desc limit %(limit)s
