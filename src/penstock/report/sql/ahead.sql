-- Recipients in packages that may not go yet, by what keeps them: the plan wants them later; it wants them already, and the sending hours
-- of their country or their quiet hours do not; or they are held until a canary is judged.
select coalesce(sum(size - cursor) filter (where held is null and planned_at > now()), 0)::bigint as planned,
       min(release_at) filter (where held is null and planned_at > now()) as planned_at,
       coalesce(sum(size - cursor) filter (where held is null and planned_at <= now()), 0)::bigint as closed,
       min(release_at) filter (where held is null and planned_at <= now()) as opens_at,
       coalesce(sum(size - cursor) filter (where held is not null), 0)::bigint as held
  from delivery_package
 where mailing = %(mailing)s and kind = 'plain' and state = 'waiting' and release_at > now()
