-- What recipients of a mailing did, in the order of its index: a page of a million costs what a page of a hundred does.
select id, at, kind, seq, contact, (data ->> 'link')::integer as link, nullif(data - 'link', '{}') as data
  from feedback_event
 where mailing = %(mailing)s and (%(kind)s::text is null or kind = %(kind)s)
   and (kind, contact) >= (%(after_kind)s, %(after_contact)s::bigint)
   and (kind, contact, id) > (%(after_kind)s, %(after_contact)s::bigint, %(after_id)s::bigint)
 order by kind, contact, id limit %(limit)s
