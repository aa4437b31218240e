-- Contacts whose normalised address begins with `prefix`, by address, behind `after`; one range of the unique index (normal, account).
select c.id, c.address, c.normal, c.phone, c.region, c.attributes, c.created_at, c.updated_at
  from audience_contact c
 where c.account_id = %(account)s
   and c.normal >= %(prefix)s and c.normal < %(end)s and c.normal > %(after)s
 order by c.normal limit %(limit)s
