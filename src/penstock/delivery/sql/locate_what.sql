select m.account_id, mailing_rule(m),
       m.plan, a.zone, a.policy || m.options, m.version, m.due_at
  from mailing_mailing m join account_account a on a.id = m.account_id
 where m.id = %(mailing)s and m.state = 'scheduled' and (m.plan ->> 'local')::boolean
