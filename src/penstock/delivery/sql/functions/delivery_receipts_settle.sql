-- Places what came in about short messages (delivery_receipts_in): `p_most` of them, the longest waiting first; returns how many are done
-- with. A part is found by its id, its server and, where that is told, its number. When every part has arrived the recipient is delivered,
-- when one cannot arrive it has bounced. Only the ticker calls it, so that no two of it meet; it can be repeated.
-- What is too early (the response that brings the id is on its way) waits twice as long as it has waited, for an hour at most: by then
-- nobody is to come who could own it, and a stranger's number is not kept.
create or replace function delivery_receipts_settle(p_most integer) returns integer language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    v_no bigint[];
    v_state integer[];
    v_said text[];
    v_part tid[];               -- the row of delivery_message, null: none is known
    v_parts integer[];
    v_mailing integer[];
    v_seq integer[];
    v_package integer[];
    v_wait bigint[];            -- those that are too early
    v_adopted integer;
    m integer;
begin
    select array_agg(r.no), array_agg(r.state), array_agg(delivery_receipt_said(r.state, r.error, r.said)),
           array_agg(m.ctid), array_agg(m.parts), array_agg(m.mailing), array_agg(m.seq), array_agg(m.package)
      into v_no, v_state, v_said, v_part, v_parts, v_mailing, v_seq, v_package
      from (select w.*, right(regexp_replace(w.number, '\D', '', 'g'), 7) as tail,
                   case when w.server is not null then array[w.server] else array(select s.id from account_server s where s.transport_id = w.transport) end as servers
              from (select * from delivery_receipt where look_at <= now() order by look_at, no limit p_most) w) r
      left join lateral (
           select d.ctid, d.parts, d.mailing, d.seq, d.package
             from delivery_message d
            where d.id = r.id and d.server = any(r.servers)
              and (length(r.tail) < 7 or exists (
                   select from delivery_recipient p
                    where p.mailing = d.mailing and p.seq = d.seq and (p.normal not like '+%' or right(p.normal, 7) = r.tail)))
            order by d.at desc limit 1) m on r.id <> '';
    if v_no is null then
        return 0;
    end if;
    for m in select distinct e from unnest(v_mailing) e where e is not null order by e loop
        perform pg_advisory_xact_lock_shared(7001, m);   -- the gate: first of all locks
    end loop;
    perform 1 from delivery_package p
      where (p.mailing, p.no) in (select t.mailing, t.package from unnest(v_mailing, v_package) as t (mailing, package))
      order by p.mailing, p.no for update;

    -- Of several parts each keeps what its receipt said; a failure counts, whatever is said besides.
    update delivery_message d set state = greatest(d.state, t.state)
      from (select e.part, max(e.state) as state from unnest(v_part, v_state, v_parts) as e (part, state, parts)
             where e.parts > 1 and e.state in (6, 7) group by e.part) t
     where d.ctid = t.part;

    with told as (   -- what all receipts of a recipient say together
        select t.mailing, t.seq, t.package, t.parts, max(t.state) as state, max(t.said) filter (where t.state = 7) as why, max(t.said) as said
          from unnest(v_mailing, v_seq, v_package, v_parts, v_state, v_said) as t (mailing, seq, package, parts, state, said)
         where t.mailing is not null
         group by t.mailing, t.seq, t.package, t.parts
    ), judged as materialized (
        select t.mailing, t.seq, t.package, coalesce(t.why, t.said) as said, last.package as last_package, last.state as last_state, last.transport,
               case when t.parts = 1 then t.state
                    when 7 = any(parts.states) then 7
                    when parts.delivered >= t.parts then 6
                    when parts.known >= t.parts then 5 else 0 end as state
          from told t
          left join lateral (
               select o.package, o.state, o.transport from delivery_outcome o
                where o.mailing = t.mailing and o.seq = t.seq order by o.package desc, o.state desc limit 1) last on true
          left join lateral (
               select array_agg(d.state) as states, count(*) filter (where d.state = 6) as delivered, count(*) as known
                 from delivery_message d where t.parts > 1 and d.mailing = t.mailing and d.seq = t.seq and d.package = t.package) parts on true
    ), moved as materialized (   -- from accepted, or in doubt; what was delivered stays so
        select * from judged
         where last_package = package and state > last_state and last_state in (1, 5)
    ), known as materialized (   -- the dictionary, once for each thing said
        select s.state, s.said, delivery_receipt_reply(s.state, s.said) as reply from (select distinct state, said from moved) s
    ), noted as (
        insert into delivery_outcome (at, mailing, package, seq, reply, transport, state, detail)
        select clock_timestamp(), v.mailing, v.package, v.seq, k.reply, v.transport, v.state, null
          from moved v join known k on k.state = v.state and k.said = v.said
    ), counted as (
        update delivery_package p
           set in_doubt = p.in_doubt - c.doubts, accepted = p.accepted - c.accepted + c.taken,
               delivered = p.delivered + c.delivered, bounced = p.bounced + c.bounced
          from (select mailing, package, count(*) filter (where last_state = 1) as doubts, count(*) filter (where last_state = 5) as accepted,
                       count(*) filter (where state = 5) as taken, count(*) filter (where state = 6) as delivered,
                       count(*) filter (where state = 7) as bounced
                  from moved group by mailing, package) c
         where p.mailing = c.mailing and p.no = c.package
    )
    -- Too early: no row of the ledger knows the id, or the outcome that came with it is not there yet.
    select coalesce(array_agg(e.no), '{}') into v_wait
      from unnest(v_no, v_mailing, v_seq, v_package, v_state) as e (no, mailing, seq, package, state)
      left join judged j on j.mailing = e.mailing and j.seq = e.seq and j.package = e.package
     where e.mailing is null and e.state > 0
        or e.mailing is not null and (j.last_package is null or j.last_package < e.package or j.last_package = e.package and j.last_state in (2, 3));

    v_adopted := delivery_receipts_adopt(v_wait);
    update delivery_receipt r set look_at = clock_timestamp() + greatest(clock_timestamp() - r.at, interval '1 second')
     where r.no = any(v_wait) and r.at > now() - interval '1 hour' and r.look_at <= now();
    delete from delivery_receipt r
     where r.no = any(v_no) and (r.no <> all(v_wait) or r.at <= now() - interval '1 hour');
    return cardinality(v_no) - cardinality(v_wait) + v_adopted;
end
$$;

-- What a receipt said, as the dictionary of replies keeps it: short, without numbers that could be somebody's.
create or replace function delivery_receipt_said(p_state integer, p_error text, p_said text) returns text language sql immutable as $$
    select left(regexp_replace(case when p_said <> '' then p_said else case p_state when 6 then 'delivered' when 7 then 'not delivered' else 'on its way' end end
                || case when p_error <> '' and strpos(p_said, p_error) = 0 then ', error ' || p_error else '' end, '[+]?\d{6,}', '#', 'g'), 120)
$$;

-- The number of that reply. A centre that never says the same thing twice fills the dictionary up to a bound; from there on it said nothing.
create or replace function delivery_receipt_reply(p_state integer, p_said text) returns integer language plpgsql as $$
declare
    v_code integer := case p_state when 7 then 550 else 250 end;
begin
    if not exists (select from delivery_reply where (code, enhanced, text, command) = (v_code::smallint, '', p_said, 'receipt'))
       and (select count(*) from (select from delivery_reply where command = 'receipt' limit 2000) r) >= 2000 then
        p_said := '';
    end if;
    return delivery_reply_id(v_code, '', p_said, 'receipt');
end
$$;
