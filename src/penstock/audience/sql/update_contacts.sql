-- Attributes of the file go on top of those there; a row that would not change is not touched.
update audience_contact c
   set address = s.address, attributes = c.attributes || s.attributes, updated_at = now()
  from audience_staging s
 where c.account_id = %(account)s and c.normal = s.normal
   and (c.address <> s.address or not c.attributes @> s.attributes)
