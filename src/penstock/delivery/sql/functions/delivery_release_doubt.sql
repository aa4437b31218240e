-- Messages in doubt are tried again: all of them, or those with the given numbers. Returns how many there were.
-- Under a mailing that has ended they wait for its rest to be sent.
create or replace function delivery_release_doubt(p_mailing integer, p_which integer[]) returns integer language plpgsql as $$
declare
    v_state text;
    v_count integer;
begin
    select state into v_state from mailing_mailing where id = p_mailing;
    with released as (
        select o.seq, o.package, o.transport
          from delivery_outcome o
         where o.mailing = p_mailing and o.state = 1 and (p_which is null or o.seq = any(p_which))
           and not exists (select from delivery_outcome later   -- one probe for each: those in doubt are few
                            where later.mailing = o.mailing and later.seq = o.seq
                              and (later.package, later.state) > (o.package, o.state))
    ), noted as (
        insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)
        select clock_timestamp(), p_mailing, package, seq, delivery_reply_id(0, '', 'released', 'doubt'), transport, 3 from released
    ), counted as (
        update delivery_package p set in_doubt = p.in_doubt - n, deferred = p.deferred + n
          from (select package, count(*)::integer as n from released group by package) r
         where p.mailing = p_mailing and p.no = r.package
    ), due as (
        insert into delivery_due (mailing, seq, package, due_at, since, attempt, parts, why, closed)
        select p_mailing, seq, package, now(), now(), 1,
               (select p.parts from delivery_package p where p.mailing = p_mailing and p.no = released.package), 'deferred',
               case when v_state in ('cancelled', 'expired') then v_state end
          from released
        returning 1
    )
    select count(*) into v_count from due;
    return v_count;
end
$$;
