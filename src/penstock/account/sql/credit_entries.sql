select e.id, e.channel, e.at, e.kind, e.available, e.reserved, e.spent, e.remaining, e.mailing, m.name, e.actor, e.door, e.note, e.reference
  from account_credit_entry e
  left join mailing_mailing m on m.id = e.mailing
 where e.account_id = %(account)s and (%(channel)s::text is null or e.channel = %(channel)s)
   and (%(before)s::bigint is null or e.id < %(before)s)
 order by e.id desc limit %(limit)s
