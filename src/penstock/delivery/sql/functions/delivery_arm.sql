-- The breaker of a mailing that was stopped is armed again: it counts from now on.
create or replace function delivery_arm(p_mailing integer, p_canary integer) returns void language plpgsql as $$
begin
    insert into delivery_watch as w (mailing, armed_at, settled, bounced, complained, unmade)
    select p_mailing, clock_timestamp(), c.settled, c.bounced, c.complained, c.unmade from delivery_counted(p_mailing) c
        on conflict (mailing) do update
       set armed_at = excluded.armed_at, settled = excluded.settled, bounced = excluded.bounced, complained = excluded.complained,
           unmade = excluded.unmade;
    perform delivery_canary_again(p_mailing, p_canary);
end
$$;
