-- The chains of an account in which a pattern is found.
select distinct coalesce(mailing_id, 0)
  from mailing_entry
 where account_id = %(account)s and (data::text ~* %(pattern)s or reason ~* %(pattern)s)
 order by 1
