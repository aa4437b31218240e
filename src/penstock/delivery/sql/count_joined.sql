-- Those whom the rule means now, and whom the ledger does not know: by the address, as the ledger knows people.
select count(*)
  from audience_membership m
  join audience_contact c on c.id = m.contact_id
 where m.list_id = %(list)s and c.account_id = %(account)s and {chosen}
   and not {suppressed}
   and not exists (select from delivery_recipient r where r.mailing = %(mailing)s and r.normal = c.normal)
