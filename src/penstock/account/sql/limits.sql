select id, account_id as account, scope, value, messages, per, connections, made_by, made_at
  from account_limit
 where %(account)s::integer is null or account_id = %(account)s
    or account_id is null and (scope in ('all', 'domain') or scope = 'account' and value = %(account)s::text
                               or scope = 'transport' and value in (select id::text from account_transport where account_id = %(account)s))
 order by account_id nulls first, scope, value, id
