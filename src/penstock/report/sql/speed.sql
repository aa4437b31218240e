-- Recipients a second that the account's last mailing was handed off at; null before any was.
select sum(p.in_doubt + p.deferred + p.accepted + p.delivered + p.bounced)
         / nullif(extract(epoch from max(coalesce(p.closed_at, now())) - min(p.begun_at)), 0)
  from delivery_package p
 where p.attempt = 0 and p.begun_at is not null
   and p.mailing = (select m.id from mailing_mailing m
                     where m.account_id = %(account)s and m.started_at is not null
                       and exists (select from delivery_package d where d.mailing = m.id and d.accepted > 0)
                     order by m.started_at desc limit 1)
