-- Cancel the orders with these keys that are not yet; answers them with their mailings.
update feedback_order o set cancelled_at = clock_timestamp()
  from (select account, id from feedback_order
         where account = %(account)s and key = any(%(keys)s) and cancelled_at is null
         order by mailing, seq, id for update) as chosen
 where o.account = chosen.account and o.id = chosen.id
returning o.id, o.mailing
