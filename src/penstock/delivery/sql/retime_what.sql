-- The packages of those never handed off that nothing was claimed from, in the order of their plan.
select no, size, slot, zone, coalesce(planned_at, case when isfinite(release_at) then release_at else now() end), held is not null
  from delivery_package
 where mailing = %(mailing)s and kind = 'plain' and state = 'waiting' and begun_at is null and cursor = 0
 order by 5, slot nulls first, first_seq
