-- The canary was judged good (or is wanted no more): those who were held back for it go as they are planned. Returns how many.
create or replace function delivery_canary_passed(p_mailing integer) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    with released as (
        update delivery_package set held = null, release_at = greatest(planned_at, now())
         where mailing = p_mailing and held = 'canary'
        returning case when state = 'waiting' then size - cursor else 0 end as n
    )
    select coalesce(sum(n), 0) into v_count from released;
    update delivery_watch set canary = null, failed = false where mailing = p_mailing;
    return v_count;
end
$$;
