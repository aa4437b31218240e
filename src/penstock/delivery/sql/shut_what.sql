-- Packages that might be claimed from now, of mailings whose account has hours for SMS: the places that they are for.
select m.id, m.plan, a.zone, a.policy || m.options, p.zone, coalesce(p.lane, '')
  from mailing_mailing m
  join account_account a on a.id = m.account_id
 cross join lateral (
       select distinct k.zone, k.lane from delivery_package k
        where k.mailing = m.id and k.state = 'waiting' and k.kind = 'plain' and k.release_at <= now() and k.zone is not null) p
 where m.channel = 'sms' and m.state = 'sending' and m.stopped_at is null
   and (coalesce(a.policy ->> 'quiet_hours_sms', 'off') <> 'off' or coalesce(a.policy ->> 'sending_hours_sms', 'off') <> 'off')
