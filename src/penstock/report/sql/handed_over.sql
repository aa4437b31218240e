-- When packages were being sent, and how many attempts each made: the speed of a mailing without a sample ever taken.
select begun_at, case when state = 'active' then now() else coalesce(closed_at, now()) end as until,
       in_doubt + deferred + accepted + delivered + bounced as handed_off
  from delivery_package
 where mailing = %(mailing)s and begun_at is not null and in_doubt + deferred + accepted + delivered + bounced > 0
 order by begun_at
