-- Connections under a limit are numbered session locks, so that those of the dead are free at once: takes up to `p_want` of the
-- `p_limit` numbers of `p_key` (as `server:5`) besides the `p_held` ones, which this session has already, and returns them.
create or replace function delivery_slots(p_key text, p_limit integer, p_held integer[], p_want integer) returns integer[] language plpgsql as $$
declare
    taken integer[] := '{}';
    slot integer;
begin
    for slot in select n from generate_series(1, p_limit) n where n <> all(p_held) loop
        exit when cardinality(taken) >= p_want;
        if pg_try_advisory_lock(hashtextextended('penstock ' || p_key, slot)) then
            taken := taken || slot;
        end if;
    end loop;
    return taken;
end
$$;
