-- Uses a sign-in link up, so that of two who come with it one gets in; no row when it is no good.
with used as (delete from account_link where hash = %(hash)s returning person_id, expires_at)
select p.id, p.email
  from used u
  join account_person p on p.id = u.person_id
 where u.expires_at > now() and p.is_active
