-- Takes `p_slots` slots of time from each of the meters (in the order of scope and key, so that two callers cannot block each other) and
-- says how many seconds from now the last of them begins. At most half a second of unused time is made up for, so that a pause is
-- not followed by a burst. At a meter that several mailings share each has one turn at a time: while the slots that it was given last
-- are still to come nothing is granted, and `wait` says when to ask again.
create or replace function delivery_grant(
    p_scopes text[], p_keys text[], p_rates double precision[], p_slots integer, p_mailing integer,
    out wait double precision, out granted integer
) language plpgsql as $$
declare
    v_start timestamptz;
begin
    select extract(epoch from max(t.starts_at) - clock_timestamp()) into wait
      from unnest(p_scopes, p_keys) as m (scope, key) join delivery_meter_turn t using (scope, key)
     where t.mailing = p_mailing and t.starts_at > clock_timestamp();
    if wait is not null then
        granted := 0;
        return;
    end if;
    for i in 1 .. cardinality(p_keys) loop
        insert into delivery_meter as m (scope, key, next_at)
        values (p_scopes[i], p_keys[i], clock_timestamp() + make_interval(secs => p_slots / p_rates[i]))
            on conflict (scope, key) do update
           set next_at = greatest(m.next_at, clock_timestamp() - interval '0.5 s') + make_interval(secs => p_slots / p_rates[i])
        returning next_at - make_interval(secs => p_slots / p_rates[i]) into v_start;
        if p_scopes[i] <> 'mailing' then
            insert into delivery_meter_turn (scope, key, mailing, starts_at) values (p_scopes[i], p_keys[i], p_mailing, v_start)
                on conflict (scope, key, mailing) do update set starts_at = excluded.starts_at;
        end if;
        wait := greatest(wait, extract(epoch from v_start - clock_timestamp()));
    end loop;
    granted := p_slots;
end
$$;
