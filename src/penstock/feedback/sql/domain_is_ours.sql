select from account_domain
where name = %(domain)s or return_host = %(domain)s
limit 1
