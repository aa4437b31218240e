update notices_copy
   set state = %(state)s, reply = %(reply)s, attempts = attempts + 1, begun_at = null, queued_until = null,
       due_at = now() + make_interval(secs => %(wait)s)
 where id = %(copy)s
