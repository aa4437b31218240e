-- Gives slots back that were not waited for: the pace changed, or the mailing was stopped.
create or replace function delivery_ungrant(
    p_scopes text[], p_keys text[], p_rates double precision[], p_slots integer, p_mailing integer
) returns void language plpgsql as $$
begin
    for i in 1 .. cardinality(p_keys) loop
        update delivery_meter set next_at = next_at - make_interval(secs => p_slots / p_rates[i])
         where scope = p_scopes[i] and key = p_keys[i];
        delete from delivery_meter_turn where scope = p_scopes[i] and key = p_keys[i] and mailing = p_mailing;
    end loop;
end
$$;
