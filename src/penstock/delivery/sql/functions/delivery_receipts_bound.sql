-- Of receipts that were looked at and are nobody's so far no more than `p_most` are kept of one transport, those that came last: a gateway
-- that floods fills no disk. What nobody has looked at, and what bears our mark, is never dropped. Returns how many went.
create or replace function delivery_receipts_bound(p_most integer) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    with recursive told (transport) as (
        select min(transport) from delivery_receipt
         union all
        select (select min(r.transport) from delivery_receipt r where r.transport > told.transport) from told where told.transport is not null
    ), beyond as (
        -- Who waits longest is looked at again latest.
        select r.no from told cross join lateral (
               select w.no from delivery_receipt w
                where w.transport = told.transport and w.look_at > now() and w.seq is null
                order by w.look_at, w.no offset p_most) r
    )
    delete from delivery_receipt w using beyond b where w.no = b.no;
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
