select id, account_id as account, url, description, events, made_at, made_by, failing_since, failures, disabled_at, disabled_why,
       case when previous_until > now() then previous_until end as previous_until
  from notices_webhook
 where account_id = %(account)s and (%(webhook)s::integer is null or id = %(webhook)s)
 order by id
