-- The mailing goes on: nothing has to be finished apart from the rest any more.
create or replace function delivery_unbind(p_mailing integer) returns void language sql as $$
    update delivery_package set bound = false where mailing = p_mailing and bound;
$$;
