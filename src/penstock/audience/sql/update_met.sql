update audience_contact c
   set address = s.address, attributes = c.attributes || s.attributes, updated_at = now(),
       phone = coalesce(s.phone, c.phone), region = coalesce(s.region, c.region)
  from audience_met m join audience_staging s using (id)
 where m.changed and c.id = m.contact
