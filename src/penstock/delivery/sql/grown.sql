-- Whether somebody is due again whose message takes more parts by now than were reserved for it, where credits are counted.
select exists (
    select from delivery_due d join delivery_package p on p.mailing = d.mailing and p.no = d.package
     where d.mailing = m.id and d.closed is null and d.due_at <= now() and d.parts > p.parts)
  from mailing_mailing m join account_account a on a.id = m.account_id
 where m.id = %(mailing)s and m.channel <> 'email' and a.policy ->> 'credits' = 'counted'
