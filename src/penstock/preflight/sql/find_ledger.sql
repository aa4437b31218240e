-- Recipients in the ledger whose address begins so, by address.
select c.id as contact, coalesce(r.address, r.normal) as address, c.attributes, r.normal
  from delivery_recipient r
  join audience_contact c on c.id = r.contact and c.account_id = %(account)s
 where r.mailing = %(mailing)s and r.package > 0 and starts_with(r.normal, %(prefix)s) and r.normal > %(after)s
 order by r.normal limit %(limit)s
