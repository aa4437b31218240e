-- Gives numbers back that delivery_slots gave to this session.
create or replace function delivery_slots_free(p_key text, p_slots integer[]) returns void language sql as $$
    select pg_advisory_unlock(hashtextextended('penstock ' || p_key, slot)) from unnest(p_slots) slot
$$;
