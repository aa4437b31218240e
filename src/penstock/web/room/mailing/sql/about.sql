-- What a mailing is made of, by name: its message, its audience, its way out.
select c.sender, c.subject, case when c.channel = 'sms' then left(c.text, 500) end as text, l.id as list, l.name as list_name, t.name as transport
  from mailing_mailing m
  join content_message c on c.id = m.message_id
  left join audience_list l
    on l.id = case when m.audience ->> 'list' ~ '^\d{1,9}$' then (m.audience ->> 'list')::integer end and l.account_id = m.account_id
  left join account_transport t on t.id = m.transport_id and t.account_id = m.account_id
 where m.id = %(mailing)s
