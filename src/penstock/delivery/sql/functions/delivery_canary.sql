-- Sends the first p_size recipients ahead: those of the first open packages that nothing was claimed from, the last of these cut in
-- two. All other such packages are held ('canary') until delivery_canary_passed; their planned time is kept. Packages of one planned
-- time only: nobody waits for tomorrow's batch to be judged. Nobody left to hold back: no canary. Returns how many go ahead.
-- Called while nobody claims: in the freeze, or with the gate shut.
create or replace function delivery_canary(p_mailing integer, p_size integer) returns integer language plpgsql as $$
declare
    v_package delivery_package;
    v_time timestamptz;
    v_left integer := p_size;
    v_no integer;
    v_ahead integer[] := '{}';
    v_others integer;
begin
    for v_package in
        select * from delivery_package
         where mailing = p_mailing and kind = 'plain' and state = 'waiting' and begun_at is null and (held is null or held = 'canary')
         order by coalesce(planned_at, release_at), no
    loop
        v_time := coalesce(v_time, v_package.planned_at, v_package.release_at);
        exit when v_left = 0 or coalesce(v_package.planned_at, v_package.release_at) <> v_time;
        v_no := v_package.no;
        if v_package.size > v_left then
            v_no := delivery_cut(p_mailing, v_package.no, v_left);
            v_package.size := v_left;
        end if;
        v_ahead := v_ahead || v_no;
        v_left := v_left - v_package.size;
    end loop;
    update delivery_package
       set held = null, release_at = greatest(planned_at, case when isfinite(release_at) then release_at else now() end)
     where mailing = p_mailing and no = any(v_ahead);
    update delivery_package
       set planned_at = coalesce(planned_at, release_at), release_at = 'infinity', held = 'canary'
     where mailing = p_mailing and kind = 'plain' and state = 'waiting' and begun_at is null and no <> all(v_ahead)
       and (held is null or held = 'canary');
    get diagnostics v_others = row_count;
    insert into delivery_watch as w (mailing, canary) values (p_mailing, case when v_others > 0 then v_ahead end)
        on conflict (mailing) do update set canary = excluded.canary, failed = false;
    return case when v_others > 0 then p_size - v_left else 0 end;
end
$$;
