-- The return host of the best verified domain at or above a sender's that has one set up in the DNS, and when mail to it last came in.
select return_host, return_found_at, return_heard_at
  from account_domain
 where account_id = %(account)s and verified_at is not null and return_found_at is not null
   and (name = %(domain)s or right(%(domain)s, length(name) + 1) = '.' || name)
 order by length(name) desc
 limit 1
