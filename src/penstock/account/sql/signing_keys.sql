-- The keys that may sign for a sender: those of the longest verified domain at or above it whose records were right, newest first.
select d.name, k.selector, k.algorithm, k.secret, k.failing_since is not null as failing
  from (select id, name from account_domain
         where account_id = %(account)s and verified_at is not null
           and (name = %(domain)s or right(%(domain)s, length(name) + 1) = '.' || name)
         order by length(name) desc limit 1) d
  join account_domain_key k on k.domain_id = d.id
 where k.found_at is not null and k.retired_at is null
 order by k.made_at desc, k.id desc
