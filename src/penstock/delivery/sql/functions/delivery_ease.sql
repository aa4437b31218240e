-- What time brings to meters: those that nobody asked for a day are gone. Domains that have not refused for a period get twice the pace; those that have their usual one again are spared no more.
create or replace function delivery_ease(p_period interval) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    delete from delivery_meter where next_at < clock_timestamp() - interval '1 day' and random() < 0.01;
    delete from delivery_meter_turn where starts_at < clock_timestamp() - interval '1 hour' and random() < 0.01;
    delete from delivery_backoff where until <= clock_timestamp() and rate * 2 > usual;
    get diagnostics v_count = row_count;
    update delivery_backoff set rate = rate * 2, changed_at = clock_timestamp(), until = clock_timestamp() + p_period
     where until <= clock_timestamp();
    return v_count;
end
$$;
