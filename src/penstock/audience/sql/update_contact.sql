-- Whoever moves gets all four columns; otherwise they stay.
update audience_contact
   set address = case when %(moves)s then %(address)s else address end, normal = case when %(moves)s then %(normal)s else normal end,
       phone = case when %(moves)s then %(phone)s else phone end, region = case when %(moves)s then %(region)s else region end,
       attributes = (attributes || %(set)s) - %(unset)s::text[], updated_at = now()
 where account_id = %(account)s and id = %(contact)s
