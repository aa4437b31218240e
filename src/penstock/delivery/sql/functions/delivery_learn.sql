-- A later truth about a recipient who was handed over: delivered (6), or bounced after all (7). It is appended as an outcome of the same
-- package, the package's counters move with it, and nothing else does: what it means for the address is noted by feedback.bounces,
-- which settles the credits of mailings that have ended as well. It can be repeated. Answers what it did:
--   bounced, delivered  the ledger says so now;     repeated  it said so already, or knew more;
--   early    the hand-off is not recorded, or the recipient is to be tried again: kept, and looked at again (delivery_learn_early);
--            but who is to be tried again because of a doubt (never_lost) is not when it has arrived, or when that attempt has failed;
--   unknown  there is no such recipient, or they were skipped.
-- In a transaction with several of these: in the order of (mailing, seq), so that two of them cannot wait for each other.
create or replace function delivery_learn(
    p_mailing integer, p_seq integer, p_state integer, p_code integer, p_enhanced text, p_text text, p_command text, p_detail text
) returns text language plpgsql as $$
declare
    last record;
    v_no integer;
    v_cancels boolean := false;   -- a retry that waits, and has not begun
begin
    perform pg_advisory_xact_lock_shared(7001, p_mailing);   -- the gate: first of all locks
    perform pg_advisory_xact_lock(7006, p_mailing);   -- against delivery_receipts_settle, which locks no package
    if exists (select from delivery_recipient where mailing = p_mailing and seq = p_seq and starts_with(normal, 'erased:')) then
        p_text := '';   -- nothing that might name who was erased comes in anew
        p_detail := null;
    end if;
    loop
        select o.package, o.state, o.transport into last
          from delivery_outcome o where o.mailing = p_mailing and o.seq = p_seq
         order by o.package desc, o.state desc limit 1;
        exit when not found or last.package is not distinct from v_no;   -- read once more behind the lock
        v_no := last.package;
        perform 1 from delivery_package where mailing = p_mailing and no = v_no for update;
    end loop;
    if last.state = 3 and exists (
           select from delivery_outcome o join delivery_reply y on y.id = o.reply
            where o.mailing = p_mailing and o.seq = p_seq and y.command = 'doubt' and (p_state = 6 or o.package = v_no)) then
        delete from delivery_due
         where mailing = p_mailing and seq = p_seq and package = v_no and why = 'deferred' and closed is null;
        v_cancels := found;
    end if;
    if v_no is null or last.state in (2, 3) and not v_cancels then
        perform 1 from delivery_recipient where mailing = p_mailing and seq = p_seq and package > 0;
        if not found then
            return 'unknown';
        end if;
        insert into delivery_early (mailing, seq, state, code, enhanced, text, command, detail)
        values (p_mailing, p_seq, p_state, p_code, p_enhanced, p_text, p_command, p_detail) on conflict do nothing;
        return case when found then 'early' else 'repeated' end;
    end if;
    if last.state = 4 then
        return 'unknown';
    elsif last.state >= p_state or p_command = 'receipt' and last.state = 6 then   -- a telephone that has it keeps it
        return 'repeated';
    end if;
    insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)
    values (clock_timestamp(), p_mailing, v_no, p_seq, delivery_reply_id(p_code, p_enhanced, p_text, p_command),
            last.transport, p_state, p_detail);
    update delivery_package
       set in_doubt = in_doubt - (last.state = 1)::integer, deferred = deferred - v_cancels::integer, accepted = accepted - (last.state = 5)::integer,
           delivered = delivered - (last.state = 6)::integer + (p_state = 6)::integer,
           bounced = bounced + (p_state = 7)::integer
     where mailing = p_mailing and no = v_no;
    return case p_state when 6 then 'delivered' else 'bounced' end;
end
$$;

-- Looks again at what was learnt too early; what the ledger is not ready for yet waits twice as long as it has waited. Returns how many
-- the ledger has taken. What nobody could place within 30 days goes.
create or replace function delivery_learn_early(p_most integer) returns integer language plpgsql as $$
declare
    e delivery_early;
    v_answer text;
    v_count integer := 0;
begin
    for e in select * from (select * from delivery_early where look_at <= now() order by look_at limit p_most) as turn order by mailing, seq, state loop
        delete from delivery_early where (mailing, seq, state) = (e.mailing, e.seq, e.state);
        continue when not found;
        v_answer := delivery_learn(e.mailing, e.seq, e.state, e.code, e.enhanced, e.text, e.command, e.detail);
        if v_answer = 'early' and e.at < now() - interval '30 days' then
            delete from delivery_early where (mailing, seq, state) = (e.mailing, e.seq, e.state);
        elsif v_answer = 'early' then
            update delivery_early set at = e.at, look_at = now() + greatest(now() - e.at, interval '1 second')
             where (mailing, seq, state) = (e.mailing, e.seq, e.state);
        else
            v_count := v_count + (v_answer in ('bounced', 'delivered'))::integer;
        end if;
    end loop;
    return v_count;
end
$$;
