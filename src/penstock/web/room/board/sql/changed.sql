-- How these mailings stand now, as far as somebody watches their account: one that was deleted is gone.
select id, account_id, case when deleted_at is null then state else 'gone' end as state, version, name
  from mailing_mailing
 where id = any(%(mailings)s::integer[]) and account_id = any(%(accounts)s::integer[])
