select distinct key
  from audience_contact c, lateral jsonb_object_keys(c.attributes) as key
 where c.account_id = %(account)s
   and (%(list)s::integer is null or c.id in (select contact_id from audience_membership where list_id = %(list)s))
