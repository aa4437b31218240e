-- Whoever was known by a number alone, and nobody else by it, gets an address: the contact stays, with its lists, attributes and history.
-- None where the number is nobody's, or several people's.
update audience_contact c
   set address = %(address)s, normal = %(normal)s, region = %(region)s, attributes = c.attributes || %(attributes)s, updated_at = now()
 where c.account_id = %(account)s and c.normal = %(phone)s
   and not exists (select from audience_contact o where o.account_id = c.account_id and o.phone = c.phone and o.id <> c.id)
returning c.id
