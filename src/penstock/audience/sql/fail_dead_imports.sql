-- An import that runs holds its lock; one that is 'running' without it was killed, and its transaction left nothing.
update audience_import i
   set state = 'failed', finished_at = now(), error = 'It was stopped in the middle; nothing was imported.'
 where i.state = 'running'
   and not exists (select from pg_locks l
                    where l.locktype = 'advisory' and l.classid = %(lock)s::oid and l.objid = i.id::oid and l.objsubid = 2
                      and l.database = (select oid from pg_database where datname = current_database()))
