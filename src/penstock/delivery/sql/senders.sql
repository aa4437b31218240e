-- Senders that are dead (their lock is free) or silent (who holds the lock): those with an old beat, and those not ended.
select s.id, l.pid
  from delivery_sender s
  left join pg_locks l on l.locktype = 'advisory' and l.classid = 7002 and l.objid = s.id and l.granted
       and l.database = (select oid from pg_database where datname = current_database())
 where pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => %(return)s)
   and (s.ended_at is null or exists (select from delivery_package p where p.sender = s.id))
   and case when l.pid is null then s.beat_at < clock_timestamp() - interval '1 s' or s.ended_at is not null
            else s.beat_at < clock_timestamp() - make_interval(secs => %(silence)s) end
