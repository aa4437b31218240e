-- The templates of an account by number; all that is asked for narrows.
select t.id, t.name, m.channel, m.subject, t.version, t.message_id as message, t.made_by, t.created_at, t.changed_at
from content_template t
join content_message m on m.id = t.message_id
where t.account_id = %(account)s
  and (%(number)s::integer is null or t.id = %(number)s)
  and (%(name)s::text is null or t.name = %(name)s)
  and (%(channel)s::text is null or m.channel = %(channel)s)
  and t.id > %(after)s
order by t.id
limit %(limit)s
