-- Packages that have begun are finished although the mailing is paused or being cancelled: marks them, and says how many recipients
-- that concerns (delivery_bound). The gate is shut, so that nobody claims or records meanwhile.
drop function if exists delivery_bind(integer);
create or replace function delivery_bind(p_mailing integer) returns integer language plpgsql as $$
begin
    update delivery_package set bound = true
     where mailing = p_mailing and begun_at is not null and not bound
       and (state in ('waiting', 'active')
            or no in (select package from delivery_due where mailing = p_mailing and closed is null and why = 'returned'));
    return delivery_bound(p_mailing);
end
$$;
