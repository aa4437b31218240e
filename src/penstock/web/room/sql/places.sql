-- The accounts that a person may work in: those with a role of theirs; for the platform's staff all others too.
select a.id, a.name, a.zone, coalesce(m.roles, '{}') as roles
  from account_account a
  left join account_membership m on m.account_id = a.id and m.person_id = %(person)s
 where m.id is not null or %(is_platform)s
 order by m.id is null, lower(a.name), a.id
 limit 500
