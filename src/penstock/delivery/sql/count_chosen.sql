select count(*)
  from audience_membership m
  join audience_contact c on c.id = m.contact_id
 where m.list_id = %(list)s and c.account_id = %(account)s and {chosen}
   and not {suppressed}
