-- Makes a token, its maker's own where that is a person; no row when the person is not one of the account (or of the platform), or may no longer come in.
insert into account_token
       (account_id, person_id, name, hash, scopes, identity, rate, burst, made_by, made_at, expires_at)
select %(account)s, p.id, %(name)s, %(hash)s, %(scopes)s,
       coalesce(p.email, %(identity)s, 'token ' || %(name)s), %(rate)s, %(burst)s, %(made_by)s, now(), %(expires_at)s
  from (select coalesce(%(person)s::integer, (select id from account_person where email = %(identity)s)) as wanted) w
  left join account_person p on p.id = w.wanted and p.is_active
   and (p.is_platform or exists (select from account_membership m where m.person_id = p.id and m.account_id = %(account)s))
 where w.wanted is null or p.id is not null
returning id
