-- A person has few: they are sought by the person, and put in order here.
select id, contact, kind, name, at, told_at, mailing, data, key from feedback_event
 where account = %(account)s and contact = %(contact)s and id < coalesce(%(before)s::bigint, 9223372036854775807)
 order by id desc limit %(limit)s
