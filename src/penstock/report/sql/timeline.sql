-- The packages of one mailing by batch, zone and time, in the order in which they go: what was begun of them, and what is over unsent. Then
-- those who were given back because their country is shut: they stand in a package already, and in none that goes yet.
select * from (
select slot, zone, nullif(release_at, 'infinity') as at, planned_at as planned, held, count(*) as packages, sum(size) as count, sum(cursor) as begun, sum(skipped) as skipped,
       coalesce(sum(size - cursor) filter (where state in ('cancelled', 'expired')), 0) as ended
  from (select slot, zone || case when (select m.channel from mailing_mailing m where m.id = %(mailing)s) = 'sms' then coalesce(' ' || lane, '') else '' end as zone,
               case when state in ('waiting', 'active') then held end as held, planned_at, state, size, cursor, skipped,
               case when planned_at is null and slot is null and held is null then min(release_at) over () else release_at end as release_at
          from delivery_package where mailing = %(mailing)s and kind = 'plain') as p
 group by slot, zone, release_at, planned_at, held
union all
select null, null, date_trunc('minute', due_at) + interval '1 min', null, 'sending_hours', 0, count(*), 0, 0, 0
  from delivery_due
 where mailing = %(mailing)s and closed is null and why = 'returned' and due_at > now() and isfinite(due_at)
 group by 3
) as parts order by coalesce(at, planned), slot, zone
