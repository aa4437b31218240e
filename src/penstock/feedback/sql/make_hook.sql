-- The webhook of a provider, or another secret for the one there is; its key stays unless one is given.
insert into feedback_hook as h (account, transport, provider, digest, key, made_by)
values (%(account)s, %(transport)s, %(provider)s, %(digest)s, %(key)s, %(by)s)
on conflict on constraint feedback_hook_one do update
   set digest = excluded.digest, key = coalesce(excluded.key, h.key), made_at = now(), made_by = excluded.made_by
returning id
