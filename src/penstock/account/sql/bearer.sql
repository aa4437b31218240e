-- Who comes with a token, as they stand now. No row: it is unknown, over, or its person may not come in.
select t.id, t.hash, t.account_id as account, t.name, t.scopes, t.identity,
       p.email, p.name as person, p.is_platform, m.roles,
       coalesce(t.last_used_at < now() - interval '1 minute', true) as unused_for_a_minute
  from account_token t
  left join account_person p on p.id = t.person_id
  left join account_membership m on m.person_id = t.person_id and m.account_id = t.account_id
 where t.hash = %(hash)s
   and t.revoked_at is null
   and (t.expires_at is null or t.expires_at > now())
   and (t.person_id is null or p.is_active)
