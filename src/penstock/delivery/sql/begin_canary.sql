select delivery_canary(m.id, coalesce((m.options ->> 'canary_size')::integer, (a.policy ->> 'canary_size')::integer))
  from mailing_mailing m join account_account a on a.id = m.account_id
 where m.id = %(mailing)s and coalesce((m.options ->> 'canary_size')::integer, (a.policy ->> 'canary_size')::integer, 0) > 0
