-- A number that somebody loses is noted, as audience.returning does: ledgers know people by it.
with noted as (
    insert into audience_former (account_id, contact, normal)
    select %(account)s, m.contact, m.former from audience_met m where m.former is not null
        on conflict (contact, normal) do update set until = now()
)
update audience_contact c
   set address = s.address, attributes = c.attributes || s.attributes, updated_at = now(),
       phone = coalesce(s.phone, c.phone), region = coalesce(s.region, c.region)
  from audience_met m join audience_staging s using (id)
 where m.changed and c.id = m.contact
