-- A number that somebody loses is noted, as audience.returning does: ledgers know people by it.
with noted as (
    insert into audience_former (account_id, contact, normal)
    select c.account_id, c.id, c.phone
      from audience_repeated r join audience_contact s on s.id = r.last join audience_contact c on c.id = r.first
     where r.id = r.last and r.first <= %(base)s and c.phone <> s.phone
        on conflict (contact, normal) do update set until = now()
)
update audience_contact c
   set address = s.address, attributes = c.attributes || s.attributes, updated_at = now(),
       phone = coalesce(s.phone, c.phone), region = coalesce(s.region, c.region)
  from audience_repeated r join audience_contact s on s.id = r.last
 where r.id = r.last and c.id = r.first and r.first <= %(base)s
   and (c.address <> s.address or not c.attributes @> s.attributes or s.phone <> coalesce(c.phone, ''))
