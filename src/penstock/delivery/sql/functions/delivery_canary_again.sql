-- A canary that failed is followed by another one, of p_size recipients; where none is wanted any more nobody is held.
create or replace function delivery_canary_again(p_mailing integer, p_size integer) returns void language plpgsql as $$
begin
    perform 1 from delivery_watch where mailing = p_mailing and failed;
    if found and p_size > 0 then
        perform delivery_canary(p_mailing, p_size);
    elsif found then
        perform delivery_canary_passed(p_mailing);
    end if;
end
$$;
