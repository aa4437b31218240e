-- An analysis that nobody is at any more: no job will run it, and its process gave no sign of life for a while.
update preflight_analysis a
   set state = 'failed', ended_at = clock_timestamp(), error = 'whoever analysed it is gone'
 where a.state in ('waiting', 'running')
   and coalesce(a.beat_at, a.asked_at) < clock_timestamp() - %(after)s::interval
   and not exists (select from procrastinate_jobs j
                    where j.task_name = 'penstock:analyse' and j.args ->> 'analysis' = a.id::text
                      and j.status in ('todo', 'doing'))
   and not exists (select from pg_locks l
                    where l.locktype = 'advisory' and l.classid = %(lock)s and l.objid = a.id and l.granted)
