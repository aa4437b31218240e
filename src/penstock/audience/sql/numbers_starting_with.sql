-- Contacts whose number begins with `prefix`, by number, behind `after` and `contact`; one range of the index (phone, account).
select c.id, c.address, c.normal, c.phone, c.region, c.attributes, c.created_at, c.updated_at
  from audience_contact c
 where c.account_id = %(account)s
   and c.phone >= %(prefix)s and c.phone < %(end)s and (c.phone, c.id) > (%(after)s, %(contact)s)
 order by c.phone, c.id limit %(limit)s
