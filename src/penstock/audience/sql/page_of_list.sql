select c.id, c.address, c.normal, c.phone, c.region, c.attributes, c.created_at, c.updated_at
  from audience_membership m
  join audience_contact c on c.id = m.contact_id and c.account_id = %(account)s
 where m.list_id = (select id from audience_list where id = %(list)s and account_id = %(account)s)
   and m.contact_id > %(after)s
 order by m.contact_id limit %(limit)s
