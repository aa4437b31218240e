-- Mail to these accounts' return hosts has come in; once a day is often enough to know.
update account_domain d
   set return_heard_at = now()
  from unnest(%(accounts)s::integer[], %(hosts)s::text[]) as came (account, host)
 where d.account_id = came.account and d.return_host = came.host
   and (d.return_heard_at is null or d.return_heard_at < now() - interval '1 day')
