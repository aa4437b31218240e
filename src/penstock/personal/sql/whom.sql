-- Contacts, by number or by address or telephone number, with each that they have or had; and those that are nobody's. What somebody else
-- has now is not a former one's any more.
with meant as materialized (
    select c.id, c.normal, c.address, c.phone from audience_contact c
     where c.account_id = %(account)s
       and (c.id = any(%(contacts)s) or c.normal = any(%(normals)s::text[]) or c.phone = any(%(normals)s::text[]))
)
select id as contact, normal, address from meant
union
select id, phone, null from meant where phone is not null and phone <> normal
union
select f.contact, f.normal, null from audience_former f join meant on meant.id = f.contact
 where not exists (select from audience_contact o where o.account_id = %(account)s and o.normal = f.normal and o.id <> f.contact)
   and not exists (select from audience_contact o where o.account_id = %(account)s and o.phone = f.normal and o.id <> f.contact)
union
select null, n, null from unnest(%(normals)s::text[]) as n where not exists (select from meant where n in (meant.normal, meant.phone))
