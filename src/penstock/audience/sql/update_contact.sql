update audience_contact
   set address = coalesce(%(address)s, address), normal = coalesce(%(normal)s, normal),
       attributes = (attributes || %(set)s) - %(unset)s::text[], updated_at = now()
 where account_id = %(account)s and id = %(contact)s
