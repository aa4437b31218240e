-- Cuts a package in two that nothing was claimed from: its first p_size recipients get a package of their own, whose number is returned.
create or replace function delivery_cut(p_mailing integer, p_no integer, p_size integer) returns integer language plpgsql as $$
declare
    v_new integer;
    v_first integer;
begin
    select max(no) + 1 into v_new from delivery_package where mailing = p_mailing;
    select first_seq into strict v_first from delivery_package where mailing = p_mailing and no = p_no for update;
    insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, slot, zone, lane, planned_at, held, parts)
    select mailing, v_new, kind, state, release_at, p_size, first_seq, slot, zone, lane, planned_at, held, parts
      from delivery_package where mailing = p_mailing and no = p_no;
    update delivery_package set first_seq = first_seq + p_size, size = size - p_size where mailing = p_mailing and no = p_no;
    update delivery_recipient set package = v_new
     where mailing = p_mailing and seq >= v_first and seq < v_first + p_size;
    return v_new;
end
$$;
