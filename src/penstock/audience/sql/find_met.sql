-- The staged rows whose contact is there already, whether it would change, and the number that it would lose. Their attributes go on top of
-- those there.
create temporary table audience_met on commit drop as
select s.id, c.id as contact, (c.address <> s.address or not c.attributes @> s.attributes or s.phone <> coalesce(c.phone, '')) is true as changed,
       case when c.phone <> s.phone then c.phone end as former
  from audience_staging s
  join audience_contact c on c.account_id = %(account)s and c.normal = s.normal
