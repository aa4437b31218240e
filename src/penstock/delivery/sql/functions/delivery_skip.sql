-- Closes packages that nothing was claimed from as skipped, each of their recipients with the reason. Returns how many.
-- Called while nobody claims: in the freeze, while the ledger catches up, or with the gate shut.
create or replace function delivery_skip(p_mailing integer, p_nos integer[], p_reason text) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    with closed as (
        update delivery_package
           set state = 'done', cursor = size, skipped = size, closed_at = now(), held = null,
               release_at = case when held is null then release_at else now() end
         where mailing = p_mailing and no = any(p_nos) and kind = 'plain' and state = 'waiting' and cursor = 0
        returning no, first_seq, size
    ), noted as (
        insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)
        select now(), p_mailing, no, seq, delivery_reply_id(0, '', p_reason, 'skip'), 0, 4
          from closed, generate_series(first_seq, first_seq + size - 1) as seq
        returning 1
    )
    select count(*) into v_count from noted;
    return v_count;
end
$$;
