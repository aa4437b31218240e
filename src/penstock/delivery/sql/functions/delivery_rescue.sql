-- Takes the packages of a dead sender from it. What it had claimed and not recorded has an unknown fate: in doubt, or,
-- under the policy never_lost, to be tried again. The new epoch keeps out whatever the dead one may still say of its own accord.
create or replace function delivery_rescue(p_sender integer) returns integer language plpgsql as $$
declare
    p delivery_package;
    v_policy text;
    v_transport integer;
    v_state text;
    v_reply integer;
    v_seqs integer[];
    v_since timestamptz[];
    v_count integer;
    v_total integer := 0;
begin
    v_reply := delivery_reply_id(0, '', 'the sender died before it noted the answer', 'doubt');
    for p in select * from delivery_package where sender = p_sender order by mailing, no loop
        perform pg_advisory_xact_lock_shared(7001, p.mailing);
        select * into p from delivery_package where mailing = p.mailing and no = p.no and sender = p_sender for update;
        continue when not found;
        select coalesce(m.options ->> 'in_doubt', a.policy ->> 'in_doubt', 'never_twice'), m.transport_id, m.state
          into v_policy, v_transport, v_state
          from mailing_mailing m join account_account a on a.id = m.account_id where m.id = p.mailing;
        select coalesce(array_agg(claimed.seq), '{}'), coalesce(array_agg(claimed.since), '{}') into v_seqs, v_since
          from (select generate_series(p.first_seq, p.first_seq + p.cursor - 1), null::timestamptz where p.first_seq is not null
                union all
                select * from unnest(p.positions[1 : p.cursor], p.since[1 : p.cursor])) as claimed (seq, since)
         -- One probe for each, whatever the planner thinks: a join would read all outcomes of the mailing, with the gate in hand.
         where (select true from delivery_outcome o
                 where o.mailing = p.mailing and o.seq = claimed.seq and o.package = p.no limit 1) is null;
        v_count := cardinality(v_seqs);
        insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)
        select clock_timestamp(), p.mailing, p.no, seq, v_reply, v_transport, case v_policy when 'never_lost' then 3 else 1 end
          from unnest(v_seqs) as seq;
        if v_policy = 'never_lost' then
            insert into delivery_due (mailing, seq, package, due_at, since, attempt, parts, why, closed)
            select p.mailing, seq, p.no, now(), coalesce(since, now()), p.attempt + 1, p.parts, 'deferred',
                   case when v_state in ('cancelled', 'cancelling') then 'cancelled' when v_state = 'expired' then 'expired' end
              from unnest(v_seqs, v_since) as t (seq, since);
        end if;
        update delivery_package
           set epoch = epoch + 1, batch = 0, sender = null,
               state = case when state <> 'active' then state when cursor = size then 'done' else 'waiting' end,
               closed_at = coalesce(closed_at, case when cursor = size then clock_timestamp() end),
               in_doubt = in_doubt + case v_policy when 'never_lost' then 0 else v_count end,
               deferred = deferred + case v_policy when 'never_lost' then v_count else 0 end
         where mailing = p.mailing and no = p.no;
        v_total := v_total + v_count;
    end loop;
    update delivery_sender set ended_at = now() where id = p_sender;
    return v_total;
end
$$;
