-- Mailings that are submitted or on their way and send as a domain, or as one under it; ten at most.
select m.id
  from mailing_mailing m
  join content_message c on c.id = m.message_id
 where m.account_id = %(account)s and m.deleted_at is null
   and m.state not in ('draft', 'rejected', 'sent', 'cancelled', 'expired')
   and (c.sender_domain = %(domain)s or right(c.sender_domain, length(%(domain)s) + 1) = '.' || %(domain)s)
 order by m.id limit 10
