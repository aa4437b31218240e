-- The row goes before the contact takes its address, which is unique.
with gone as (
    delete from audience_contact n using audience_addressed a where n.id = a.id
    returning a.contact, n.address, n.normal, n.region, n.attributes
)
update audience_contact c
   set address = g.address, normal = g.normal, region = g.region, attributes = c.attributes || g.attributes, updated_at = now()
  from gone g
 where c.id = g.contact
