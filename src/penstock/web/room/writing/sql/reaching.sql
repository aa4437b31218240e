-- Mailings of the account that may have reached somebody, the latest first; those that are picked already in any case.
(select id, name from mailing_mailing
  where account_id = %(account)s and id <> %(mailing)s and started_at is not null
  order by id desc limit %(limit)s)
union
select id, name from mailing_mailing
 where account_id = %(account)s and id = any(%(picked)s)
 order by id desc
