update delivery_package p
   set slot = t.slot, planned_at = t.planned, release_at = case when p.held is null then t.at else p.release_at end
  from unnest(%(nos)s::integer[], %(slots)s::integer[], %(planned)s::timestamptz[], %(at)s::timestamptz[]) as t (no, slot, planned, at)
 where p.mailing = %(mailing)s and p.no = t.no
   and (p.slot, p.planned_at, p.release_at) is distinct from (t.slot, t.planned, case when p.held is null then t.at else p.release_at end)
