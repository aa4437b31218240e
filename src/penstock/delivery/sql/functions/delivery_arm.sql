-- The breaker of a mailing that was stopped is armed again: it counts from now on. A canary that failed is followed by another one.
create or replace function delivery_arm(p_mailing integer, p_canary integer) returns void language plpgsql as $$
begin
    insert into delivery_watch as w (mailing, armed_at, settled, bounced, complained, unmade)
    select p_mailing, clock_timestamp(), c.settled, c.bounced, c.complained, c.unmade from delivery_counted(p_mailing) c
        on conflict (mailing) do update
       set armed_at = excluded.armed_at, settled = excluded.settled, bounced = excluded.bounced, complained = excluded.complained,
           unmade = excluded.unmade;
    perform 1 from delivery_watch where mailing = p_mailing and failed;
    if found then
        if p_canary > 0 then
            perform delivery_canary(p_mailing, p_canary);
        else
            perform delivery_canary_passed(p_mailing);
        end if;
    end if;
end
$$;
