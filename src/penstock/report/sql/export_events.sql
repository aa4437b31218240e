-- What recipients of a mailing did, one line for each event, in the order in which they were done.
select e.id, e.at, e.kind, e.seq, e.contact, (e.data ->> 'link')::integer as link, e.data - 'link' as data
  from feedback_event e where e.mailing = %(mailing)s order by e.at, e.id
