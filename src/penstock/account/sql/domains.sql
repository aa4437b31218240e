-- The domains of an account by name, each with its keys, oldest first; only the one of this number or name where one is given.
select d.id, d.account_id, d.name, d.spf, d.return_host, d.return_target, d.return_found_at, d.return_heard_at, d.verified_at, d.checked_at,
       d.check_at, d.failing_since, d.found, d.created_at, k.keys
  from account_domain d
  cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object(
                  'id', k.id, 'selector', k.selector, 'algorithm', k.algorithm, 'public', k.public, 'found_at', k.found_at,
                  'failing_since', k.failing_since, 'failures', k.failures, 'retired_at', k.retired_at, 'made_at', k.made_at)
                  order by k.id), '[]') as keys
         from account_domain_key k where k.domain_id = d.id) k
 where d.account_id = %(account)s
   and (%(number)s::integer is null or d.id = %(number)s)
   and (%(name)s::text is null or d.name = %(name)s)
 order by d.name
