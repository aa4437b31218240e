update delivery_package p set planned_at = coalesce(p.planned_at, p.release_at), release_at = 'infinity', held = 'canary'
  from delivery_watch w
 where w.mailing = %(mailing)s and w.canary is not null and p.mailing = w.mailing and p.no <> all(w.canary)
   and p.kind = 'plain' and p.state = 'waiting' and p.begun_at is null and p.held is null
