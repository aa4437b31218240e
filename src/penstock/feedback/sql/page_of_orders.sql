-- Orders of an account, the newest first. Of a mailing, a contact or a key there are few: they are sought by it, and put in order here.
select id, key, contact, at, told_at, amount, currency, mailing, seq, clicked_at, cancelled_at, data
  from feedback_order
 where account = %(account)s and id < coalesce(%(before)s::bigint, 9223372036854775807)/* chosen */
 order by id desc limit %(limit)s
