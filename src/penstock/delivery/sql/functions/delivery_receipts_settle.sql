-- Places what came in about short messages (delivery_receipts_in): about `p_most` of them, of each transport its part and the longest waiting
-- first; returns how many are done with. A part is found by its id, its server and, where that is told, its number. When every part has arrived the recipient is delivered,
-- when one cannot arrive it has bounced. Only the ticker calls it, so that no two of it meet; it can be repeated.
-- What is too early (the response that brings the id is on its way) waits twice as long as it has waited, for an hour at most: by then
-- nobody is to come who could own it, and a stranger's number is not kept.
-- Senders are kept waiting as little as can be: a package is locked for its counters alone, at the very end; before that only where
-- somebody is in doubt, for doubts are settled by others as well. Of those accepted nobody learns but here and in delivery_learn, and the
-- two keep each other out by a lock of the mailing (7006).
create or replace function delivery_receipts_settle(p_most integer) returns integer language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off as $$
declare
    v_no bigint[];
    v_state integer[];
    v_said text[];
    v_id text[];
    v_part smallint[];          -- which part of the message it is about, null: none is known
    v_parts integer[];
    v_mailing integer[];
    v_seq integer[];
    v_package integer[];
    v_doubtful text[];          -- "mailing/package" where somebody is in doubt, locked
    v_due text[];               -- "mailing/seq/package" of those who are to be tried again, locked: what arrived is not
    v_wait bigint[];            -- receipts that are too early
    moved record;               -- of those whose state changes: mailing, seq, package, state, said, transport, last_state, each an array
    v_adopted integer := 0;
    m integer;
begin
    with recursive told (transport) as (   -- the transports that somebody told of: one step through the index for each
        select min(transport) from delivery_receipt
         union all
        select (select min(r.transport) from delivery_receipt r where r.transport > told.transport) from told where told.transport is not null
    ), turn as materialized (
        select transport from told
         where transport is not null and exists (select from delivery_receipt r where r.transport = told.transport and r.look_at <= now())
    ), batch as materialized (   -- each its part: one that tells of thousands whom nobody knows keeps no other waiting
        select r.* from turn cross join lateral (
               select * from delivery_receipt r where r.transport = turn.transport and r.look_at <= now()
                order by r.look_at, r.no limit greatest(1, p_most / (select count(*) from turn))) r
    ), place as materialized (   -- several transports may lead to one account at a centre, which tells any of them
        select d.server, d.transport,
               case when d.server is null then array(select s.id from account_server s where s.transport_id = d.transport)
                    else array(select o.id from account_server s join account_server o on o.id = s.id
                                   or s.url ~ '^smpps?://' and split_part(o.url, '?', 1) = split_part(s.url, '?', 1) where s.id = d.server) end as servers
          from (select distinct server, transport from batch) d
    )
    select array_agg(r.no), array_agg(r.state), array_agg(r.said || case when r.error <> '' then ', error ' || r.error else '' end),
           array_agg(r.id), array_agg(m.part), array_agg(m.parts), array_agg(m.mailing), array_agg(m.seq), array_agg(m.package)
      into v_no, v_state, v_said, v_id, v_part, v_parts, v_mailing, v_seq, v_package
      from batch r
      join place on place.server is not distinct from r.server and place.transport = r.transport
      left join lateral (
           select d.part, d.parts, d.mailing, d.seq, d.package
             from delivery_message d
            where d.id = r.id and d.server = any(place.servers)
              and (length(r.number) < 8 or exists (
                   select from delivery_recipient p
                    where p.mailing = d.mailing and p.seq = d.seq and (p.normal not like '+%' or right(p.normal, 7) = right(r.number, 7))))
            order by d.at desc limit 1) m on r.id <> '';
    if v_no is null then
        return 0;
    end if;
    for m in select distinct e from unnest(v_mailing) e where e is not null order by e loop
        perform pg_advisory_xact_lock_shared(7001, m);   -- the gate: first of all locks
        perform pg_advisory_xact_lock(7006, m);
    end loop;
    select coalesce(array_agg(p.mailing || '/' || p.no), '{}') into v_doubtful
      from (select p.mailing, p.no from delivery_package p
             where p.in_doubt > 0 and (p.mailing, p.no) in (select distinct t.mailing, t.package from unnest(v_mailing, v_package) as t (mailing, package))
             order by p.mailing, p.no for update) p;
    -- Under the policy never_lost who is in doubt is deferred. An id in the attempt says that it left: what becomes of it is known, and nobody
    -- is to be tried again who has it. Once the retry has begun it has a fate of its own.
    select coalesce(array_agg(d.mailing || '/' || d.seq || '/' || d.package), '{}') into v_due
      from (select d.mailing, d.seq, d.package from delivery_due d
             where (d.mailing, d.seq) in (select distinct t.mailing, t.seq from unnest(v_mailing, v_seq) as t (mailing, seq))
               and d.why = 'deferred' and d.closed is null
             order by d.mailing, d.seq for update) d;

    -- Of several parts each keeps what its receipt said; a failure counts, whatever is said besides.
    if 1 < any(v_parts) then
        update delivery_message d set state = greatest(d.state, t.state)
          from (select e.mailing, e.seq, e.package, e.part, e.id, max(e.state) as state
                  from unnest(v_mailing, v_seq, v_package, v_part, v_id, v_parts, v_state) as e (mailing, seq, package, part, id, parts, state)
                 where e.parts > 1 and e.state in (6, 7) group by e.mailing, e.seq, e.package, e.part, e.id) t
         where (d.mailing, d.seq, d.package, d.part, d.id) = (t.mailing, t.seq, t.package, t.part, t.id);
    end if;

    with told as (   -- what all receipts of a recipient say together
        select t.mailing, t.seq, t.package, t.parts, max(t.state) as state, max(t.said) filter (where t.state = 7) as why, max(t.said) as said,
               array_agg(t.no) as nos
          from unnest(v_no, v_mailing, v_seq, v_package, v_parts, v_state, v_said) as t (no, mailing, seq, package, parts, state, said)
         where t.mailing is not null
         group by t.mailing, t.seq, t.package, t.parts
    ), judged as materialized (
        select t.mailing, t.seq, t.package, coalesce(t.why, t.said) as said, t.nos, last.package as last_package, last.state as last_state, last.transport,
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
    ), placed as materialized (
        select j.*, j.last_package = j.package and j.state > j.last_state   -- what was delivered stays so
                    and (j.last_state = 5 or j.last_state = 1 and j.mailing || '/' || j.package = any(v_doubtful)
                         or j.last_state = 3 and j.mailing || '/' || j.seq || '/' || j.package = any(v_due)) as moves,
               j.last_package is null or j.last_package < j.package or j.last_package = j.package and j.last_state = 2
                    or j.last_package = j.package and j.last_state = 3 and j.mailing || '/' || j.seq || '/' || j.package <> all(v_due)
                    or j.last_package = j.package and j.last_state = 1 and j.mailing || '/' || j.package <> all(v_doubtful) as early
          from judged j
    )
    select array_agg(mailing) as mailing, array_agg(seq) as seq, array_agg(package) as package, array_agg(state) as state, array_agg(said) as said,
           array_agg(transport) as transport, array_agg(last_state) as last_state,
           array(select unnest(p.nos) from placed p where p.early and p.moves is not true) || array(select e.no from unnest(v_no, v_mailing, v_state) as e (no, mailing, state)
                                                                             where e.mailing is null and e.state > 0) as wait
      into moved from placed where moves;
    v_wait := coalesce(moved.wait, '{}');

    with known as materialized (   -- the dictionary, once for each thing said
        select s.state, s.said, delivery_receipt_reply(s.state, s.said) as reply
          from (select distinct u.state, u.said from unnest(moved.state, moved.said) as u (state, said)) s
    )
    insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)
    select clock_timestamp(), v.mailing, v.package, v.seq, k.reply, v.transport, v.state
      from unnest(moved.mailing, moved.package, moved.seq, moved.state, moved.said, moved.transport) as v (mailing, package, seq, state, said, transport)
      join known k on k.state = v.state and k.said = v.said;

    delete from delivery_due d
     where (d.mailing, d.seq) in (select v.mailing, v.seq from unnest(moved.mailing, moved.seq, moved.last_state) as v (mailing, seq, last_state)
                                   where v.last_state = 3);
    if v_wait <> '{}' then
        v_adopted := delivery_receipts_adopt(v_wait);
        update delivery_receipt r
           set look_at = clock_timestamp() + least(greatest(clock_timestamp() - r.at, interval '1 second'),
                                                   case when r.seq is not null then interval '10 seconds' end)
         where r.no = any(v_wait) and r.at > now() - interval '1 hour' and r.look_at <= now();
    end if;
    delete from delivery_receipt r
     where r.no = any(v_no) and (r.no <> all(v_wait) or r.at <= now() - interval '1 hour');
    update delivery_package p
       set in_doubt = p.in_doubt - c.doubts, deferred = p.deferred - c.retries, accepted = p.accepted - c.accepted + c.taken,
           delivered = p.delivered + c.delivered, bounced = p.bounced + c.bounced
      from (select v.mailing, v.package, count(*) filter (where v.last_state = 1) as doubts, count(*) filter (where v.last_state = 3) as retries,
                   count(*) filter (where v.last_state = 5) as accepted,
                   count(*) filter (where v.state = 5) as taken, count(*) filter (where v.state = 6) as delivered,
                   count(*) filter (where v.state = 7) as bounced
              from unnest(moved.mailing, moved.package, moved.state, moved.last_state) as v (mailing, package, state, last_state)
             group by v.mailing, v.package order by v.mailing, v.package) c
     where p.mailing = c.mailing and p.no = c.package;
    return cardinality(v_no) - cardinality(v_wait) + v_adopted;
end
$$;

-- The number of what a receipt said, in the dictionary of replies. A centre that never says the same thing twice fills the dictionary up to a
-- bound; from there on it said nothing.
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
