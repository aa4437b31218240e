-- The number of a reply in the dictionary; a new one is entered.
create or replace function delivery_reply_id(p_code integer, p_enhanced text, p_text text, p_command text) returns integer language plpgsql as $$
declare
    v_id integer;
begin
    select id into v_id from delivery_reply
     where (code, enhanced, text, command) = (p_code::smallint, p_enhanced, p_text, p_command);
    if found then
        return v_id;
    end if;
    insert into delivery_reply (code, enhanced, text, command) values (p_code, p_enhanced, p_text, p_command)
        on conflict do nothing returning id into v_id;
    if v_id is null then   -- somebody else was first
        select id into v_id from delivery_reply
         where (code, enhanced, text, command) = (p_code::smallint, p_enhanced, p_text, p_command);
    end if;
    return v_id;
end
$$;
