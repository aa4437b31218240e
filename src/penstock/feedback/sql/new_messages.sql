-- Messages that nobody has noted yet, oldest first; another who notes at the same time takes others.
select m.account, m.id, m.transport, m.number, m.text, t.name as transport_name, a.policy
  from feedback_message m
  join account_account a on a.id = m.account
  left join account_transport t on t.id = m.transport
 where m.noted_at is null
 order by m.id limit %(most)s
   for update of m skip locked
