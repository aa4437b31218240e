-- Those whose number is in one row with an address, and nobody else's.
create temporary table audience_addressed on commit drop as
select b.contact, n.id
  from audience_numbered b
  join audience_contact n on n.account_id = %(account)s and n.phone = b.phone and n.id > %(base)s
 where not exists (select from audience_contact o
                    where o.account_id = %(account)s and o.phone = b.phone and o.id <> b.contact and o.id <> n.id)
