-- The packages of one mailing in their order: what is sent together, from when on, and what became of it.
select no, kind, state, size, cursor as claimed, attempt, slot, zone, lane, planned_at, case when state in ('waiting', 'active') then held end as held,
       case when isfinite(release_at) then release_at end as release_at, begun_at, closed_at,
       accepted, delivered, deferred, bounced, in_doubt, skipped, returned,
       cursor - (in_doubt + returned + deferred + skipped + accepted + delivered + bounced) as in_flight,
       (select s.host || ':' || s.pid from delivery_sender s where s.id = p.sender) as sender
  from delivery_package p
 where mailing = %(mailing)s and no > %(after)s
 order by no limit %(limit)s
