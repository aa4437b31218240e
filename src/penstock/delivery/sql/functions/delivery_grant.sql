-- The meter of a mailing with a rate: takes n slots of time and says how many seconds from now the first of them begins.
-- At most half a second of unused time is made up for, so that a pause is not followed by a burst.
create or replace function delivery_grant(p_mailing integer, p_rate double precision, p_slots integer) returns double precision language sql as $$
    insert into delivery_meter as m (mailing, next_at)
    values (p_mailing, clock_timestamp() + make_interval(secs => p_slots / p_rate))
        on conflict (mailing) do update
       set next_at = greatest(m.next_at, clock_timestamp() - interval '0.5 s') + make_interval(secs => p_slots / p_rate)
    returning extract(epoch from next_at - make_interval(secs => p_slots / p_rate) - clock_timestamp())::double precision
$$;
