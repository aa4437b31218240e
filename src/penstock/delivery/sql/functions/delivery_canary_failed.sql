-- The canary was judged bad: it is not judged again, and a resume sends another one ahead (delivery_arm).
create or replace function delivery_canary_failed(p_mailing integer) returns void language sql as $$
    update delivery_watch set failed = true where mailing = p_mailing;
$$;
