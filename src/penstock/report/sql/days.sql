-- What the packages of an account achieved, by the day on which they began: some packages of each mailing, never a ledger.
-- Days are those of the zone. Who was skipped when a mailing was frozen counts on the day of the freeze.
select (coalesce(p.begun_at, m.frozen_at) at time zone %(zone)s)::date as day, count(distinct p.mailing) as mailings,
       sum(p.accepted)::bigint as accepted, sum(p.delivered)::bigint as delivered, sum(p.bounced)::bigint as bounced,
       sum(p.in_doubt)::bigint as in_doubt, sum(p.skipped)::bigint as skipped
  from mailing_mailing m
  join delivery_package p on p.mailing = m.id
 where m.account_id = %(account)s and m.frozen_at is not null and coalesce(m.finished_at, 'infinity') >= %(since)s
   and coalesce(p.begun_at, m.frozen_at) >= %(since)s
 group by day
 order by day
