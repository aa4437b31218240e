select id, scope, account_id as account, value, reason, made_by, made_at, expires_at, lifted_at, lifted_by,
       lifted_at is null and (expires_at is null or expires_at > clock_timestamp()) as in_force
  from mailing_switch
 where (%(account)s::integer is null or account_id is null or account_id = %(account)s) and (%(lifted)s or lifted_at is null)
 order by id desc
