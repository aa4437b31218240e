-- Of those who watch, who still may: signed in, active, with the password they had, with a role in the account or the platform's.
select w.number, s.session_data, p.password
  from unnest(%(numbers)s::integer[], %(sessions)s::text[], %(people)s::integer[], %(accounts)s::integer[])
       as w (number, session, person, account)
  join django_session s on s.session_key = w.session and s.expire_date > now()
  join account_person p on p.id = w.person and p.is_active
 where p.is_platform or exists (select from account_membership m where m.person_id = p.id and m.account_id = w.account)
