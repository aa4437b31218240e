-- Packages that have begun are finished although the mailing is paused (policy package_interruptible = off).
create or replace function delivery_bind(p_mailing integer) returns void language sql as $$
    update delivery_package set bound = true
     where mailing = p_mailing and state in ('waiting', 'active') and begun_at is not null and kind = 'plain' and cursor < size;
$$;
