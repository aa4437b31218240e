-- What changed in an account while its page was on its way: the mailings of the newest entries of its journal.
select distinct mailing_id
  from (select mailing_id, at from mailing_entry where account_id = any(%(accounts)s::integer[]) order by id desc limit 50) as newest
 where at > now() - interval '30 seconds' and mailing_id is not null
