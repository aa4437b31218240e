-- Adds a person, or finds them by their address: number, whether they are new, and whether they are the first of all and get every role.
with first as (select %(may_be_first)s and not exists (select from account_person) as is_first),
     made as (
         insert into account_person (email, name, zone, password, is_platform, is_active, created_at)
         select %(email)s, %(name)s, %(zone)s, %(password)s, %(platform)s or is_first, true, now() from first
             on conflict (email) do nothing
         returning id)
select id, true, is_first from made, first
 union all
select id, false, false from account_person where email = %(email)s
