-- Who is concerned, each with a name and an address: those with the roles (without any: the administrators), those named
-- by `identities` who belong to the account, and the platform's staff where `platform` says so.
with member as (
    select p.email, p.name, m.roles
      from account_membership m
      join account_person p on p.id = m.person_id
     where m.account_id = %(account)s and p.is_active
), holder as (
    select email, name from member where roles && %(roles)s::text[]
)
select email, name from holder
union
select email, name from member
 where 'administrator' = any(roles) and %(roles)s::text[] <> '{}' and not exists (select from holder)
union
select email, name from member where email = any(%(identities)s)
union
select email, name from account_person where %(platform)s and is_platform and is_active
 order by email
