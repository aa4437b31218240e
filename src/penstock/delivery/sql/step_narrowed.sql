-- Those of a few contacts whom the rest of a step's audience rule means as well.
select c.id
  from audience_contact c
 where c.account_id = %(account)s and c.id = any(%(contacts)s::bigint[])
   and (%(list)s::integer is null
        or exists (select from audience_membership m where m.list_id = %(list)s::integer and m.contact_id = c.id))
   and {chosen}
 order by c.id
