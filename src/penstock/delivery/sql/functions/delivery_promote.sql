-- Packs those who are due again into packages, each of one kind, one number of attempts and one number of parts. Returns how many were packed.
-- Only the ticker calls it, so that package numbers are given out one at a time. Of a mailing that is paused or being cancelled only
-- those are packed who were given back in a package that is to be finished. Destination domains with a pace of their own have packages of
-- their own here as well.
create or replace function delivery_promote(p_mailing integer, p_size integer) returns integer language plpgsql as $$
declare
    v_first integer;
    v_count integer;
    v_state text;
    v_lanes text[];
begin
    perform pg_advisory_xact_lock_shared(7001, p_mailing);
    select state into v_state from mailing_mailing
     where id = p_mailing and state in ('sending', 'finishing', 'cancelling', 'paused')
       and (stopped_at is null or state not in ('sending', 'finishing'));   -- resumed: the ledger catches up first
    if not found then
        return 0;
    end if;
    -- Who is known by now to have got it is not tried again: what was learnt too early is looked at once more.
    perform delivery_learn(e.mailing, e.seq, e.state, e.code, e.enhanced, e.text, e.command, e.detail)
       from delivery_due d join delivery_early e on e.mailing = d.mailing and e.seq = d.seq
      where d.mailing = p_mailing and d.due_at <= now() and d.closed is null and d.why = 'deferred'
      order by e.seq, e.state;
    v_lanes := delivery_lanes(p_mailing);
    select coalesce(max(no), 0) into v_first from delivery_package where mailing = p_mailing;
    with ready as (
        delete from delivery_due d where mailing = p_mailing and due_at <= now() and closed is null
           and (v_state in ('sending', 'finishing')
                or why = 'returned' and exists (select from delivery_package p
                                                 where p.mailing = p_mailing and p.no = d.package and p.bound))
        returning seq, since, attempt, parts, why
    ), laned as (
        select *, case when v_lanes <> '{}' then (
                      select delivery_domain(r.contact, r.normal) from delivery_recipient r
                       where r.mailing = p_mailing and r.seq = ready.seq and delivery_domain(r.contact, r.normal) = any(v_lanes)) end as lane
          from ready
    ), cut as (
        select *, (row_number() over (partition by why, attempt, parts, lane order by seq) - 1) / p_size as slice from laned
    ), packed as (
        select why, attempt, parts, lane, slice, count(*)::integer as size,
               array_agg(seq order by seq) as positions, array_agg(since order by seq) as since,
               row_number() over (order by why desc, attempt, parts, lane nulls first, slice)::integer as nth
          from cut group by why, attempt, parts, lane, slice
    ), made as (
        -- What was given back belongs to a package that has begun, and so has begun itself.
        insert into delivery_package (mailing, no, kind, state, release_at, size, positions, since, attempt, parts, begun_at, bound, lane)
        select p_mailing, v_first + nth, case why when 'returned' then 'again' else 'retry' end, 'waiting', now(),
               size, positions, since, attempt, parts, case why when 'returned' then now() end, v_state in ('cancelling', 'paused'), lane
          from packed returning size
    )
    select coalesce(sum(size), 0) into v_count from made;
    return v_count;
end
$$;
