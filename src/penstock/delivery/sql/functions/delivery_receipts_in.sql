-- Takes in what the other side says has become of parts that it had accepted; returns how many. Nothing is looked up but the transport,
-- so that thousands a second can be answered: delivery_receipts_settle places them. What cannot be told from it is left out.
-- [{server | transport, id, state: delivered | failed | underway | unknown, number, reference, error, text, mailing, seq}], cut to what a
-- row may hold. mailing, seq: whom our own mark means, where it bears one; such a one needs no id, and has the mark for one.
create or replace function delivery_receipts_in(p_receipts jsonb) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    insert into delivery_receipt (transport, server, state, id, number, reference, error, said, mailing, seq)
    select coalesce(s.transport_id, r.transport), r.server, case r.state when 'delivered' then 6 when 'failed' then 7 when 'underway' then 5 else 0 end,
           left(coalesce(nullif(r.id, ''), case when r.seq is not null then r.reference end, ''), 100), left(coalesce(r.number, ''), 30), left(coalesce(r.reference, ''), 64), left(coalesce(r.error, ''), 32),
           coalesce(nullif(left(r.text, 100), ''), case r.state when 'delivered' then 'delivered' when 'failed' then 'not delivered' else 'on its way' end),
           r.mailing, r.seq
      from jsonb_to_recordset(p_receipts) as r (
           server integer, transport integer, id text, state text, number text, reference text, error text, text text, mailing integer, seq integer)
      left join account_server s on s.id = r.server
     where coalesce(s.transport_id, r.transport) is not null and (r.id <> '' or r.number <> '' or r.seq is not null and r.reference <> '');
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
