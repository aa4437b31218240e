select c.id, c.address, c.normal, c.phone, c.region, c.attributes, c.created_at, c.updated_at
  from audience_contact c
 where c.account_id = %(account)s and c.id > %(after)s
 order by c.id limit %(limit)s
