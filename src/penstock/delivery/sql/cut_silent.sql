-- Ends the session that holds the ticker's lock when it has asked nothing for so long: its process hangs, and would hold the clock for ever.
select pg_terminate_backend(l.pid)
  from pg_locks l join pg_stat_activity a on a.pid = l.pid
 where l.locktype = 'advisory' and l.classid = %(key)s and l.objid = 0 and l.granted
   and l.database = (select oid from pg_database where datname = current_database())
   and a.state <> 'active' and a.state_change < clock_timestamp() - make_interval(secs => %(silence)s)
