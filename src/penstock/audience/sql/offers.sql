select l.id as list, l.title, l.description,
       exists (select from audience_membership m where m.list_id = l.id and m.contact_id = c.id) as "on"
  from audience_contact c
  join audience_list l on l.account_id = c.account_id and l.public
 where c.account_id = %(account)s and c.id = %(contact)s
 order by l.title, l.id limit 100
