-- Invites somebody into an account; who is invited already is invited anew, and the link they have is void.
insert into account_invitation (account_id, email, roles, language, made_by, maker_id, made_at, expires_at, mail, reply)
values (%(account)s, %(email)s, %(roles)s, %(language)s, %(made_by)s, %(maker)s, now(), now() + make_interval(days => %(days)s), '', '')
    on conflict (account_id, email) do update
       set roles = excluded.roles, language = excluded.language, made_by = excluded.made_by, maker_id = excluded.maker_id,
           made_at = now(), expires_at = excluded.expires_at, hash = null, mail = '', reply = ''
returning id
