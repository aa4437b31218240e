-- GCRA: grants a request when no more than a burst of them would be ahead of time. Everything by the database's clock.
with token as (select id, 1 / rate as interval, burst, clock_timestamp() as now from account_token where id = %(token)s)
insert into account_meter as m (token, next_at, granted)
select id, now + interval * interval '1 s', true from token
    on conflict (token) do update
   set (next_at, granted) = (
           select case when fits then ahead + t.interval * interval '1 s' else m.next_at end, fits
             from token t,
                  lateral (select greatest(m.next_at, t.now) as ahead) a,
                  lateral (select a.ahead - t.now <= (t.burst - 1) * t.interval * interval '1 s' as fits) f)
returning granted,
          extract(epoch from next_at - (select now from token))::float,
          (select interval from token),
          (select burst from token)
