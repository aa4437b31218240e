select m.frozen_at is not null, m.account_id, m.audience,
       coalesce((a.policy ->> 'package_size')::integer, 5000)
  from mailing_mailing m join account_account a on a.id = m.account_id
 where m.id = %(mailing)s and m.state = 'starting'
