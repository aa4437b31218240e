-- Who somebody is in an account now; no row when they may not come in.
select p.email, coalesce(m.roles, '{}') as roles, p.is_platform
  from account_person p
  left join account_membership m on m.person_id = p.id and m.account_id = %(account)s
 where p.id = %(person)s and p.is_active
