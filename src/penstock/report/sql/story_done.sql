-- What one recipient did with a mailing, oldest first: a person has few events, and is found by them.
select e.at, e.kind, l.url, e.data ->> 'order' as order
  from feedback_event e
  left join delivery_link l on l.mailing = e.mailing and l.no = (e.data ->> 'link')::integer
 where e.contact = %(contact)s and e.mailing = %(mailing)s and e.seq = %(seq)s
 order by e.at, e.id limit 500
