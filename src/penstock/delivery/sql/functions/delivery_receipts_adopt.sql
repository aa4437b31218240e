-- Receipts whose id nobody knows although their response must have come by now: the response was lost, and with it the id. Where exactly one
-- recipient of their number is in doubt on their transport, and nobody else of that number is on the way there, the receipt is about them:
-- the id becomes that of one of their parts, and the receipt is looked at again. Returns how many found their recipient. Under the policy
-- never_lost one in doubt stands as deferred, with a doubt for its reason: it counts as long as the retry has not begun.
-- A receipt that bears our mark says itself whom it means (delivery_receipt_owner). What the webhook of a gateway tells is of no server: it is
-- put down to the transport's first gateway.
create or replace function delivery_receipts_adopt(p_nos bigint[]) returns integer language plpgsql
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    r record;
    c record;
    v_doubtful integer[];
    v_transport integer;   -- theirs
    v_adopted text[] := '{}';
    v_mark text;
    v_count integer := 0;
begin
    for r in
        select w.no, w.transport, w.id, w.number, w.reference, w.at, w.mailing, w.seq, w.server is null as untold, s.id as server,
               '+' || regexp_replace(w.number, '\D', '', 'g') as normal, s.url
          from delivery_receipt w
          left join account_server s on s.id = coalesce(w.server, (
               select min(g.id) from account_server g where g.transport_id = w.transport and g.url ~ '^(sms[+]https?|twilio):'))
         where w.no = any(p_nos) and w.state > 0
           and (w.seq is not null or length(w.number) >= 8 and w.at < now() - interval '10 seconds')
         order by w.transport, w.no
    loop
        -- Told twice, and the first of the two has found its recipient above: it is that part's, and no other's.
        if r.server || '/' || r.id = any(v_adopted) then
            update delivery_receipt w set look_at = clock_timestamp() where w.no = r.no;
            v_count := v_count + 1;
            continue;
        end if;
        -- Known, and too early: it waits for the part that it is about.
        continue when exists (select from delivery_message d where d.id = r.id and (d.server = r.server or r.untold and d.server in (
                                 select g.id from account_server g where g.transport_id = r.transport)));
        if r.seq is not null then
            v_mark := delivery_receipt_owner(r.mailing, r.seq, r.server, r.id);
            continue when v_mark = 'early';
            if v_mark = 'found' then
                v_adopted := v_adopted || (r.server || '/' || r.id);
                update delivery_receipt w set look_at = clock_timestamp() where w.no = r.no;
            else
                delete from delivery_receipt w where w.no = r.no;
            end if;
            v_count := v_count + 1;
            continue;
        end if;
        -- Mailings that are, or lately were, sent over the transport, with somebody in doubt or on the way. Looked up once: whom nobody
        -- knows comes by the thousand where another program sends over the same account.
        if r.transport is distinct from v_transport then
            v_transport := r.transport;
            v_doubtful := array(
                select m.id from mailing_mailing m
                 where m.transport_id = r.transport and m.channel = 'sms' and m.frozen_at is not null
                   and (m.finished_at is null or m.finished_at > now() - interval '7 days')
                   and exists (select from delivery_package p
                                where p.mailing = m.id and (p.returned + p.deferred + p.skipped + p.accepted + p.delivered + p.bounced < p.cursor
                                                            or p.deferred > 0))
                 order by m.id desc limit 200);
        end if;
        continue when v_doubtful = '{}';
        select count(*) as candidates, count(*) filter (where t.doubt) as doubts,
               max(t.mailing) filter (where t.doubt) as mailing, max(t.seq) filter (where t.doubt) as seq,
               max(t.package) filter (where t.doubt) as package
          into c
          from (select d.mailing, d.seq, last.package,
                       last.state = 1 or last.state = 3 and exists (
                           select from delivery_due e where e.mailing = d.mailing and e.seq = d.seq and e.package = last.package
                              and e.why = 'deferred' and e.closed is null) as doubt
                  from unnest(v_doubtful) as w (mailing)
                  join delivery_recipient d on d.mailing = w.mailing and d.normal = r.normal and d.package > 0
                  left join lateral (
                       select o.package, o.state, o.reply from delivery_outcome o
                        where o.mailing = d.mailing and o.seq = d.seq order by o.package desc, o.state desc limit 1) last on true
                 -- Not begun, or settled: nothing of theirs is out there without an id.
                 where last.state = 1
                    or last.state = 3 and exists (select from delivery_reply y where y.id = last.reply and y.command = 'doubt')
                    or last.state is null and exists (
                       select from delivery_package p where p.mailing = d.mailing and p.no = d.package and p.state = 'active')) t;
        continue when c.candidates <> 1 or c.doubts <> 1
                   or r.reference ~ '^\d{1,5}$' and r.reference::integer <> ((c.mailing::bigint * 7919 + c.seq) & 65535);
        insert into delivery_message (at, mailing, seq, package, server, part, parts, id)
        select r.at, c.mailing, c.seq, c.package, r.server, known.parts + 1, meant.parts, r.id
          from (select count(*) as parts from delivery_message d where d.mailing = c.mailing and d.seq = c.seq and d.package = c.package) known,
               -- A gateway, and a centre that takes the whole as one payload, give one id whatever the parts.
               (select case when r.url ~ '^smpps?://' and r.url !~ '[?&]long=payload' then p.parts else 1 end as parts
                  from delivery_package p where p.mailing = c.mailing and p.no = c.package) meant
         where known.parts < meant.parts and r.server is not null and r.id <> '';
        continue when not found;
        v_adopted := v_adopted || (r.server || '/' || r.id);
        update delivery_receipt w set look_at = clock_timestamp() where w.no = r.no;
        v_count := v_count + 1;
    end loop;
    return v_count;
end
$$;

-- Whom our mark in a receipt names gets its id, where the id of their attempt was never seen. Answers found; early: no answer to the attempt
-- is recorded, or another one is to come; or settled: there is nothing to find out.
create or replace function delivery_receipt_owner(p_mailing integer, p_seq integer, p_server integer, p_id text) returns text language plpgsql as $$
declare
    last record;
begin
    perform 1 from delivery_recipient where mailing = p_mailing and seq = p_seq and package > 0;
    if not found or p_server is null then
        return 'settled';
    end if;
    select o.package, o.state, o.reply into last
      from delivery_outcome o where o.mailing = p_mailing and o.seq = p_seq order by o.package desc, o.state desc limit 1;
    if last.state is null or last.state = 2
       or last.state = 3 and not exists (
           select from delivery_due e join delivery_reply y on y.id = last.reply and y.command = 'doubt'
            where e.mailing = p_mailing and e.seq = p_seq and e.package = last.package and e.why = 'deferred' and e.closed is null) then
        return 'early';
    elsif last.state not in (1, 3, 5) then
        return 'settled';
    end if;
    insert into delivery_message (at, mailing, seq, package, server, part, parts, id)
    select clock_timestamp(), p_mailing, p_seq, last.package, p_server, 1, 1, p_id
     where not exists (select from delivery_message d where d.mailing = p_mailing and d.seq = p_seq and d.package = last.package);
    return case when found then 'found' else 'settled' end;
end
$$;
