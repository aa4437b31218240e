-- Everything that /metrics shows of the database, as (name, label, value): one statement, one instant.
with package as (  -- all packages in one pass; for those under way how many are in each state
    select sum(p.in_doubt + p.returned + p.deferred + p.accepted + p.delivered + p.bounced) as recorded,
           sum(p.accepted) as accepted, sum(p.delivered) as delivered, sum(p.deferred) as deferred, sum(p.bounced) as bounced,
           sum(p.in_doubt) as in_doubt, sum(p.skipped) as skipped
      from delivery_package p
), live as (
    select p.*, p.state in ('waiting', 'active') as open
      from mailing_mailing m
      join delivery_package p on p.mailing = m.id
     where m.state in ('starting', 'sending', 'paused', 'interrupted', 'finishing', 'cancelling')
), due as (
    select count(*) filter (where d.why = 'deferred') as deferred, count(*) filter (where d.why = 'returned') as returned
      from mailing_mailing m
      join delivery_due d on d.mailing = m.id
     where d.closed is null and m.state in ('starting', 'sending', 'paused', 'interrupted', 'finishing', 'cancelling')
)
select 'mailings' as name, state as label, count(*)::double precision as value from mailing_mailing where deleted_at is null group by state
union all
select 'recipients', v.state, coalesce(v.value, 0)
  from (select coalesce(sum(size - cursor) filter (where open and kind <> 'retry'), 0) + (select returned from due) as waiting,
               sum(cursor - in_doubt - returned - deferred - skipped - accepted - delivered - bounced) as in_flight,
               sum(accepted) as accepted, sum(delivered) as delivered,
               coalesce(sum(size - cursor) filter (where open and kind = 'retry'), 0) + (select deferred from due) as deferred,
               sum(bounced) as bounced, sum(in_doubt) as in_doubt, sum(skipped) as skipped
          from live) s,
       lateral (values ('waiting', waiting), ('in_flight', in_flight), ('accepted', accepted), ('delivered', delivered),
                       ('deferred', deferred), ('bounced', bounced), ('in_doubt', in_doubt), ('skipped', skipped)) v(state, value)
union all
-- Results move from one state to another later (a bounce that comes back): only their sum never falls.
select 'outcomes_total', null, coalesce(recorded, 0) from package
union all
select 'outcomes', v.state, coalesce(v.value, 0)
  from package,
       lateral (values ('accepted', accepted), ('delivered', delivered), ('deferred', deferred), ('bounced', bounced),
                       ('in_doubt', in_doubt), ('skipped', skipped)) v(state, value)
union all
select 'packages', v.state, (select count(*) from delivery_package p where p.state = v.state)
  from (values ('waiting'), ('active')) v(state)
union all
select 'senders', null, count(*) from delivery_sender where ended_at is null and beat_at > clock_timestamp() - interval '10 s'
union all
select 'servers', s.state, count(*)
  from (select case when bool_and(state = 'aside') then 'aside' when bool_and(state = 'sound') then 'sound' else 'shaky' end as state
          from delivery_health where beat_at > clock_timestamp() - interval '10 s' group by server) s
 group by s.state
union all
select 'jobs', split_part(task_name, ':', 2) || ' ' || status, count(*) from procrastinate_jobs group by task_name, status
union all
select 'oldest_job_seconds', null,
       coalesce(extract(epoch from now() - min(coalesce(j.scheduled_at, e.at))), 0)
  from procrastinate_jobs j
  left join lateral (select min(at) as at from procrastinate_events e where e.job_id = j.id and e.type = 'deferred') e on true
 where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now())
union all
select 'switches', null, count(*) from mailing_switch where lifted_at is null and (expires_at is null or expires_at > now())
union all
select 'journal_unread', null,
       coalesce((select max(id) from mailing_entry), 0) - (select last_entry from notices_cursor)
       + (select count(*) from notices_gap where until < 0)
union all
select 'notice_mails', state, count(*) from notices_copy where state <> 'listed' group by state
union all
select 'webhook_deliveries', state, count(*) from notices_delivery group by state
union all
select 'webhooks', case when disabled_at is not null then 'disabled' when failing_since is not null then 'failing' else 'sound' end,
       count(*) from notices_webhook group by 2
union all
select 'database_bytes', null, pg_database_size(current_database())
