-- Contacts, by number or by address, with each address that they have or had; and addresses that are nobody's.
with meant as materialized (
    select c.id, c.normal, c.address from audience_contact c
     where c.account_id = %(account)s and (c.id = any(%(contacts)s) or c.normal = any(%(normals)s))
)
select id as contact, normal, address from meant
union
select f.contact, f.normal, null from audience_former f join meant on meant.id = f.contact
 where not exists (select from audience_contact o where o.account_id = %(account)s and o.normal = f.normal and o.id <> f.contact)
union
select null, n, null from unnest(%(normals)s::text[]) as n where not exists (select from meant where meant.normal = n)
