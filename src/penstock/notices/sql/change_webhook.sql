update notices_webhook
   set url = %(url)s, events = %(events)s, description = %(description)s,
       disabled_why = case when %(enabled)s then '' else %(why)s end,
       -- What a changed address did before is not held against it.
       failing_since = case when %(enabled)s and (disabled_at is not null or url <> %(url)s) then null else failing_since end,
       failures = case when %(enabled)s and (disabled_at is not null or url <> %(url)s) then 0 else failures end,
       rest_until = case when %(enabled)s and (disabled_at is not null or url <> %(url)s) then null else rest_until end,
       disabled_at = case when %(enabled)s then null else coalesce(disabled_at, now()) end
 where id = %(webhook)s
