-- Gives numbers back that delivery_slots gave to this session.
create or replace function delivery_slots_free(p_server integer, p_slots integer[]) returns void language sql as $$
    select pg_advisory_unlock(7020, (p_server % 131072) * 16384 + slot) from unnest(p_slots) slot
$$;
