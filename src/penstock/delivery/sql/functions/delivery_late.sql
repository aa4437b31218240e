-- A certain outcome from a sender whose package was taken away meanwhile: it moves no cursor, but it replaces the doubt.
-- Returns false where there was no doubt to replace. p_why: null, or why the recipient waits again (deferred, returned).
create or replace function delivery_late(
    p_mailing integer, p_no integer, p_seq integer, p_state integer, p_reply integer, p_transport integer, p_detail text,
    p_why text, p_in double precision, p_since timestamptz, p_attempt integer
) returns boolean language plpgsql as $$
declare
    v_state text;
begin
    if p_state = 1 then   -- the sender does not know either: the doubt stands
        return false;
    end if;
    perform pg_advisory_xact_lock_shared(7001, p_mailing);
    perform 1 from delivery_package where mailing = p_mailing and no = p_no for update;
    select state into v_state from mailing_mailing where id = p_mailing;
    if v_state = 'sent' and p_why is not null then   -- nobody is tried again of itself any more: a person may release the doubt
        return false;
    end if;
    perform 1 from delivery_outcome where mailing = p_mailing and seq = p_seq
     having max(package) = p_no and max(state) filter (where package = p_no) = 1;
    if not found then
        return false;
    end if;
    insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)
    values (clock_timestamp(), p_mailing, p_no, p_seq, p_reply, p_transport, p_state, p_detail);
    update delivery_package
       set in_doubt = in_doubt - 1,
           returned = returned + (p_state = 2)::integer, deferred = deferred + (p_state = 3)::integer,
           skipped = skipped + (p_state = 4)::integer, accepted = accepted + (p_state = 5)::integer,
           bounced = bounced + (p_state = 7)::integer
     where mailing = p_mailing and no = p_no;
    if p_why is not null then
        insert into delivery_due (mailing, seq, package, due_at, since, attempt, parts, why, closed)
        values (p_mailing, p_seq, p_no, coalesce(now() + make_interval(secs => p_in), 'infinity'), p_since, p_attempt,
                (select p.parts from delivery_package p where p.mailing = p_mailing and p.no = p_no), p_why,
                case when v_state in ('cancelled', 'cancelling') then 'cancelled' when v_state = 'expired' then 'expired' end);
    end if;
    if v_state in ('sent', 'cancelled', 'expired') then   -- its credits were settled without it
        perform account_credits_settle(p_mailing, 'Penstock', 'system', false);
    end if;
    return true;
end
$$;
