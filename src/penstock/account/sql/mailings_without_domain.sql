-- Mailings on their way that send as a domain which is not verified (any more), where that is required (policy sender_domain).
select m.id
  from mailing_mailing m
  join account_account a on a.id = m.account_id
  join account_transport t on t.id = m.transport_id
  join content_message c on c.id = m.message_id
 where m.account_id = %(account)s and m.deleted_at is null and m.channel = 'email'
   and m.state in ('starting', 'sending', 'finishing') and not t.is_local
   and coalesce(a.policy ->> 'sender_domain', 'required') = 'required'
   and (c.sender_domain = %(domain)s or right(c.sender_domain, length(%(domain)s) + 1) = '.' || %(domain)s)
   and account_sender_domain(m.account_id, c.sender_domain) <> 'verified'
 order by m.id
