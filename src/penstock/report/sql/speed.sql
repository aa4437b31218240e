-- Recipients a second that the account's last mailing was handed off at; null before any was. Of the newest thousand those that began
-- are looked at, the last first, until something of one was accepted.
select sum(p.in_doubt + p.deferred + p.accepted + p.delivered + p.bounced)
         / nullif(extract(epoch from max(coalesce(p.closed_at, now())) - min(p.begun_at)), 0)
  from delivery_package p
 where p.attempt = 0 and p.begun_at is not null
   and p.mailing = (select m.id
                      from (select id, started_at
                              from (select id, started_at from mailing_mailing where account_id = %(account)s order by id desc limit 1000) as newest
                             where started_at is not null order by started_at desc limit 1000) as m
                     cross join lateral (select from delivery_package d where d.mailing = m.id and d.accepted > 0 limit 1) as taken
                     order by m.started_at desc limit 1)
