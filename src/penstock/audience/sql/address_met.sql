-- Staged rows of an address and a number by which alone one contact is known, and nobody else: that contact gets the address. After
-- update_met, so that a number counts as somebody's who gets it, or loses it, by this file; a row of the number alone says that it is another's.
with numbered as (
    select s.id, c.id as contact
      from audience_staging s
      join audience_contact c on c.account_id = %(account)s and c.normal = s.phone
     where s.normal <> s.phone
       and not exists (select from audience_met m where m.id = s.id)
       and not exists (select from audience_contact o where o.account_id = %(account)s and o.phone = s.phone and o.id <> c.id)
       and not exists (select from audience_staging o where o.phone = s.phone and o.id <> s.id)
), addressed as (
    update audience_contact c
       set address = s.address, normal = s.normal, region = s.region, attributes = c.attributes || s.attributes, updated_at = now()
      from numbered n join audience_staging s using (id)
     where c.id = n.contact
)
insert into audience_met (id, contact, changed) select id, contact, true from numbered
