-- Those whose retry window is over without an attempt that succeeded count as bounced, with the last answer they had.
create or replace function delivery_give_up(p_mailing integer, p_window interval) returns integer language plpgsql as $$
declare
    v_count integer;
    v_packages integer[];
begin
    perform pg_advisory_xact_lock_shared(7001, p_mailing);
    perform 1 from mailing_mailing where id = p_mailing and state in ('sending', 'finishing');
    if not found then
        return 0;
    end if;
    -- Nobody is due later than the end of the window, so that looking at those who are due is enough.
    v_packages := array(
        select distinct package from delivery_due
         where mailing = p_mailing and due_at <= now() and why = 'deferred' and closed is null and since + p_window <= now());
    if v_packages = '{}' then
        return 0;
    end if;
    -- Before the packages, as delivery_learn has it: delivery_promote, which comes next in this transaction, may call it.
    perform pg_advisory_xact_lock(7006, p_mailing);
    perform 1 from delivery_package where mailing = p_mailing and no = any(v_packages) order by no for update;
    with over as (
        delete from delivery_due
         where mailing = p_mailing and due_at <= now() and why = 'deferred' and closed is null and since + p_window <= now()
        returning seq, package
    ), ended as (
        -- A retry that was given back unsent stands as returned in its package; its last answer is of the package before.
        select over.package, over.seq, last.state, answer.reply, answer.transport, answer.detail
          from over cross join lateral (
               select max(o.state) as state from delivery_outcome o
                where o.mailing = p_mailing and o.seq = over.seq and o.package = over.package) last
         cross join lateral (
               select * from delivery_outcome o
                where o.mailing = p_mailing and o.seq = over.seq
                order by o.state = 3 desc, o.package desc, o.state desc limit 1) answer
    ), noted as (
        insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)
        select clock_timestamp(), p_mailing, package, seq, reply, transport, 7, detail from ended
    ), counted as (
        select package, count(*)::integer as n, count(*) filter (where state = 2)::integer as were_returned
          from ended group by package
    ), settled as (
        update delivery_package p
           set deferred = p.deferred - (n - were_returned), returned = p.returned - were_returned, bounced = p.bounced + n
          from counted where p.mailing = p_mailing and p.no = counted.package
        returning n
    )
    select coalesce(sum(n), 0) into v_count from settled;
    return v_count;
end
$$;
