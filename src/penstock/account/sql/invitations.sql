-- Invitations that nobody has accepted: those of an account, one of them, or that of a link.
-- is_new: with this address nobody has ever signed in, and it has no rights but in this account, so that who has the link becomes them.
select i.id, i.account_id as account, a.name as account_name, a.zone, i.email, i.roles, i.language, i.made_by, i.maker_id as maker,
       i.made_at, i.expires_at, i.mail, i.reply, p.id as person,
       p.id is null or (p.last_login is null and p.is_active and not p.is_platform and not exists (
           select from account_membership m where m.person_id = p.id and m.account_id <> i.account_id)) as is_new
  from account_invitation i
  join account_account a on a.id = i.account_id
  left join account_person p on p.email = i.email
 where (%(account)s::integer is null or i.account_id = %(account)s)
   and (%(id)s::integer is null or i.id = %(id)s)
   and (%(hash)s::bytea is null or i.hash = %(hash)s)
 order by i.email
