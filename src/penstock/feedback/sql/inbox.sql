-- Messages that people sent to an account, the newest first: all, or those of one number.
select m.id, m.at, m.sent_at, m.number, m.addressee, m.text, m.word, m.done, m.contact, m.mailing, m.seq, m.transport
  from feedback_message m
 where m.account = %(account)s and (%(before)s::bigint is null or m.id < %(before)s)
   and (%(number)s::text is null or m.number = %(number)s)
 order by m.id desc limit %(limit)s
