-- A sender says how the servers fare that its mailings use. `p_rows`: an array of objects with the columns of delivery_health.
create or replace function delivery_health_beat(p_sender integer, p_rows jsonb) returns void language sql as $$
    delete from delivery_health where beat_at < now() - interval '1 day' and random() < 0.01;
    insert into delivery_health as h (server, sender, mailing, state, open, busy, answered, trouble, troubled_at, retry_at)
    select r.server, p_sender, r.mailing, r.state, r.open, r.busy, r.answered, r.trouble,
           case when r.trouble is not null then clock_timestamp() end,
           case when r.retry_in is not null then clock_timestamp() + make_interval(secs => r.retry_in) end
      from jsonb_to_recordset(p_rows) as r(server integer, mailing integer, state text, open integer, busy integer, answered bigint,
                                           trouble text, retry_in double precision)
        on conflict (server, sender, mailing) do update
       set beat_at = clock_timestamp(), state = excluded.state, open = excluded.open, busy = excluded.busy,
           answered = excluded.answered, retry_at = excluded.retry_at,
           trouble = coalesce(excluded.trouble, h.trouble),
           troubled_at = case when excluded.trouble is null then h.troubled_at else excluded.troubled_at end
$$;
