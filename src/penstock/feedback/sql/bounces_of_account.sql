select id, mailing, seq, contact, normal as address, at, class as kind, code, enhanced, text, origin, suppressed
  from feedback_bounce
 where account = %(account)s and (%(before)s::bigint is null or id < %(before)s)
 order by id desc limit %(limit)s
