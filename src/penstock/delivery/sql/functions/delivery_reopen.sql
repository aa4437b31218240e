-- Whoever was not reached because the mailing ended waits again: closed packages go on at their cursor, closed due rows are due.
create or replace function delivery_reopen(p_mailing integer) returns void language sql as $$
    update delivery_package
       set state = case when cursor < size then 'waiting' else 'done' end, closed_at = case when cursor < size then null else closed_at end
     where mailing = p_mailing and state in ('cancelled', 'expired');
    update delivery_due set closed = null where mailing = p_mailing and closed is not null;
$$;
