-- When it told something last, not more often than once a second: requests that come together do not wait for each other.
update feedback_hook set last_at = now(), last_kind = %(kind)s
 where id = %(hook)s and (last_at is null or last_at < now() - interval '1 second')
