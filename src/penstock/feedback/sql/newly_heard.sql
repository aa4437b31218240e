-- Return hosts that messages for these mailings came in from, with their accounts, which were not heard of for a day.
select d.account_id, d.return_host
  from unnest(%(mailings)s::integer[], %(hosts)s::text[]) as came (mailing, host)
  join mailing_mailing m on m.id = came.mailing
  join account_domain d on d.account_id = m.account_id and d.return_host = came.host
 where d.return_heard_at is null or d.return_heard_at < now() - interval '1 day'
