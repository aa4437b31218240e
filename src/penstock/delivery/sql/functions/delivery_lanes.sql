-- The destination domains that have packages of their own in a mailing now, because they have a pace of their own.
create or replace function delivery_lanes(p_mailing integer) returns text[] language sql stable as $$
    select coalesce(array_agg(distinct l.domain), '{}') from delivery_limits(p_mailing) l where l.domain is not null
$$;
