-- What has to be known of a mailing to which recipients are added; none when it is not frozen, or has ended.
select m.account_id, coalesce((a.policy ->> 'package_size')::integer, 5000), m.plan, a.zone, a.policy || m.options, now(),
       exists (select from delivery_package p where p.mailing = m.id and p.no = 0), m.channel
  from mailing_mailing m join account_account a on a.id = m.account_id
 where m.id = %(mailing)s and m.frozen_at is not null and m.state not in ('cancelling', 'sent', 'cancelled', 'expired')
