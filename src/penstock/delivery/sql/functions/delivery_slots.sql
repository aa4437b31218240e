-- Connections to a server that has a limit are numbered session locks, so that those of the dead are free at once: takes up to
-- `p_want` of the `p_limit` numbers besides the `p_held` ones, which this session has already, and returns them.
create or replace function delivery_slots(p_server integer, p_limit integer, p_held integer[], p_want integer) returns integer[] language plpgsql as $$
declare
    taken integer[] := '{}';
    slot integer;
begin
    for slot in select n from generate_series(1, p_limit) n where n <> all(p_held) loop
        exit when cardinality(taken) >= p_want;
        if pg_try_advisory_lock(7020, (p_server % 131072) * 16384 + slot) then
            taken := taken || slot;
        end if;
    end loop;
    return taken;
end
$$;
