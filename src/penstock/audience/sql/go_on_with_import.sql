-- One that waited, or whose worker died: the lock is taken before the row says that it runs.
with locked as materialized (
    select id, pg_try_advisory_lock(%(lock)s, id) as got
      from audience_import where id = %(number)s and account_id = %(account)s and state <> 'done'
)
update audience_import i set state = 'running', started_at = now(), finished_at = null, error = null, error_code = null
  from locked where i.id = locked.id and locked.got
returning i.id
