update notices_delivery
   set state = %(state)s, attempts = %(number)s,
       due_at = case when %(state)s = 'waiting' then now() + make_interval(secs => %(wait)s) end,
       settled_at = case when %(state)s = 'waiting' then null else now() end
 where id = %(delivery)s
