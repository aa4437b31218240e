-- Ends what has not been handed over, as `p_to` (cancelled or expired). What is in flight stays its sender's, and is recorded when known.
create or replace function delivery_close(p_mailing integer, p_to text) returns void language sql as $$
    update delivery_package set state = p_to, closed_at = now()
     where mailing = p_mailing and state in ('waiting', 'active');
    update delivery_due set closed = p_to where mailing = p_mailing and closed is null;
$$;
