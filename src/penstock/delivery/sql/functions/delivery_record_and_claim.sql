-- Records what became of the last micro-batch and claims the next, in the transaction that has just copied the outcomes.
-- A record that the fence refuses raises, and takes the copied rows along:
--   PS001 this very batch has been recorded already (its COMMIT was lost on the way);  PS002 another sender has the package.
-- Returns the positions claimed, [claimed_from, claimed_to): none when the state no longer allows it or the package is at its end.
drop function if exists delivery_record_and_claim(integer, jsonb, jsonb, integer, integer, integer);
create function delivery_record_and_claim(
    p_mailing integer,
    p_records jsonb,            -- [{no, epoch, batch, in_doubt, returned, deferred, skipped, accepted, bounced, release, unclaim}]
                                -- unclaim: so many positions claimed last have not begun, and are given back
    p_due jsonb,                -- [{seq, package, why, in (seconds; null: withheld), since, attempt, parts}]; parts: how many
                                -- it takes by now, where that is not what its package says
    p_claim integer,            -- the package to claim from, or null
    p_epoch integer,
    p_want integer,
    out claimed_from integer, out claimed_to integer,
    out live boolean,           -- false: nothing more may begin
    out suppressed_to bigint    -- not 0: somebody may have been suppressed, or have left the audience, since the freeze
) language plpgsql as $$
declare
    r record;
    mailing_state text;
    v_account integer;
    v_frozen_at bigint;         -- the newest suppression that the freeze saw
begin
    perform pg_advisory_xact_lock_shared(7001, p_mailing);   -- the gate: first of all locks
    select m.state, m.account_id, m.suppressed_to, m.stopped_at is null into mailing_state, v_account, v_frozen_at, live
      from mailing_mailing m where m.id = p_mailing;
    live := live and mailing_state in ('sending', 'finishing');   -- resumed: the ledger catches up first
    if not live and mailing_state in ('paused', 'cancelling') then   -- packages that have begun may have to be finished
        live := exists (select from delivery_package where mailing = p_mailing and bound and state in ('waiting', 'active'));
    end if;
    for r in
        select * from jsonb_to_recordset(p_records) as t (
            no integer, epoch integer, batch integer, in_doubt integer, returned integer, deferred integer,
            skipped integer, accepted integer, bounced integer, release boolean, unclaim integer)
         order by no
    loop
        update delivery_package p
           set batch = r.batch, cursor = p.cursor - coalesce(r.unclaim, 0),
               in_doubt = p.in_doubt + r.in_doubt, returned = p.returned + r.returned, deferred = p.deferred + r.deferred,
               skipped = p.skipped + r.skipped, accepted = p.accepted + r.accepted, bounced = p.bounced + r.bounced
         where p.mailing = p_mailing and p.no = r.no and p.epoch = r.epoch and p.batch = r.batch - 1;
        if not found then
            perform 1 from delivery_package p
              where p.mailing = p_mailing and p.no = r.no and p.epoch = r.epoch and p.batch = r.batch;
            if found then
                raise exception 'package %/% batch % is recorded already', p_mailing, r.no, r.batch using errcode = 'PS001';
            end if;
            raise exception 'package %/% is in other hands', p_mailing, r.no using errcode = 'PS002';
        end if;
        -- A package whose every position has its outcome is done; one that may not be gone on with is free again.
        update delivery_package p
           set state = case when p.state <> 'active' then p.state when p.cursor = p.size then 'done' else 'waiting' end,
               sender = null, closed_at = coalesce(p.closed_at, case when p.cursor = p.size then clock_timestamp() end)
         where p.mailing = p_mailing and p.no = r.no and p.sender is not null
           and p.cursor = p.in_doubt + p.returned + p.deferred + p.skipped + p.accepted + p.delivered + p.bounced
           and (p.state <> 'active' or p.cursor = p.size or r.release or not live);
    end loop;
    if p_due <> '[]' then
        insert into delivery_due (mailing, seq, package, due_at, since, attempt, parts, why, closed)
        select p_mailing, seq, package, coalesce(now() + make_interval(secs => "in"), 'infinity'), since, attempt,
               coalesce(parts, (select p.parts from delivery_package p where p.mailing = p_mailing and p.no = package)), why,
               case when mailing_state in ('cancelled', 'expired') then mailing_state
                    when mailing_state = 'cancelling' and (why = 'deferred' or not exists (
                         select from delivery_package p where p.mailing = p_mailing and p.no = package and p.bound)) then 'cancelled' end
          from jsonb_to_recordset(p_due) as t (
               seq integer, package integer, why text, "in" double precision, since timestamptz, attempt smallint, parts smallint);
    end if;
    if live and p_claim is not null then
        select cursor into claimed_from from delivery_package p
         where p.mailing = p_mailing and p.no = p_claim and p.epoch = p_epoch and p.state = 'active' for update;
        if found then
            update delivery_package p set cursor = least(p.size, p.cursor + p_want)
             where p.mailing = p_mailing and p.no = p_claim
            returning cursor into claimed_to;
        end if;
    end if;
    -- The newest alone, by one probe of the index: there may be a million newer than the freeze.
    suppressed_to := coalesce((select s.id from audience_suppression s
                                where s.account_id = v_account and s.id > v_frozen_at order by s.id desc limit 1),
                              (select 1 from delivery_left l where l.mailing = p_mailing limit 1), 0);
end
$$;
