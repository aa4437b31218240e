select p.id, p.email, p.name, p.zone, p.language, p.is_platform, p.is_active, p.created_at, p.last_login,
       coalesce(jsonb_object_agg(m.account_id, m.roles) filter (where m.id is not null), '{}') as accounts
  from account_person p
  left join account_membership m on m.person_id = p.id and (%(account)s::integer is null or m.account_id = %(account)s)
 where (%(email)s::text is null or p.email = %(email)s)
   and (%(account)s::integer is null or m.id is not null)
 group by p.id
 order by p.email
