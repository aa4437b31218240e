-- Recipients whose address begins so, by address, as a freeze would choose them now.
select c.id as contact, c.address, c.attributes, c.normal
  from audience_contact c
 where c.account_id = %(account)s and starts_with(c.normal, %(prefix)s) and c.normal > %(after)s
   and exists (select from audience_membership m where m.list_id = %(list)s and m.contact_id = c.id)
   and {chosen} and not {suppressed}
 order by c.normal limit %(limit)s
