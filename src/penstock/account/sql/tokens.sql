select t.id, t.account_id as account, t.name, t.scopes, p.email as person, t.identity, t.rate, t.burst, t.made_by, t.made_at,
       t.expires_at, t.last_used_at, t.revoked_at
  from account_token t
  left join account_person p on p.id = t.person_id
 where t.account_id is not distinct from %(account)s::integer
   and (%(revoked)s or t.revoked_at is null)
 order by t.id desc
