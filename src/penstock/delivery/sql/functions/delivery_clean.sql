-- Reduces what was recorded of people who were erased to codes: no text of a peer's, no queue id, of our own words the reason alone.
-- Returns the entries of the dictionary that were meant until now.
create or replace function delivery_clean(p_mailings integer[], p_seqs integer[]) returns integer[] language plpgsql as $$
declare
    v_replies integer[];
begin
    delete from delivery_message d using unnest(p_mailings, p_seqs) as t (mailing, seq) where d.mailing = t.mailing and d.seq = t.seq;
    delete from delivery_receipt w using unnest(p_mailings, p_seqs) as t (mailing, seq) where w.mailing = t.mailing and w.seq = t.seq;
    update delivery_early e set text = '', detail = null
      from unnest(p_mailings, p_seqs) as t (mailing, seq) where e.mailing = t.mailing and e.seq = t.seq;
    select coalesce(array_agg(distinct o.reply), '{}') into v_replies
      from unnest(p_mailings, p_seqs) as t (mailing, seq)
      join delivery_outcome o on o.mailing = t.mailing and o.seq = t.seq;
    with short as materialized (
        select r.id, delivery_reply_id(r.code, r.enhanced, case when r.code = 0 then split_part(r.text, ':', 1) else '' end, r.command) as said
          from delivery_reply r where r.id = any(v_replies)
    )
    update delivery_outcome o set reply = s.said, detail = null
      from unnest(p_mailings, p_seqs) as t (mailing, seq), short s
     where o.mailing = t.mailing and o.seq = t.seq and s.id = o.reply and (s.said <> o.reply or o.detail is not null);
    return v_replies;
end
$$;

-- What was recorded since of those who were erased while their mailing was going on. In flight: a moment. A doubt may be settled by a sender
-- that was cut off: minutes. After a day, or with the end of the mailing, nothing more is to come but from outside (delivery_learn).
create or replace function delivery_clean_again() returns integer language plpgsql as $$
declare
    v_count integer;
begin
    perform delivery_clean(array_agg(f.mailing order by f.mailing, f.seq), array_agg(f.seq order by f.mailing, f.seq)) from delivery_forgotten f;
    delete from delivery_forgotten f
     where f.at < now() - interval '1 day'
        or not exists (select from mailing_mailing m where m.id = f.mailing and m.state not in ('sent', 'cancelled', 'expired'))
           and f.at < now() - interval '10 minutes';
    get diagnostics v_count = row_count;
    -- Ids of short messages are another's names for somebody's messages: a month after the end no receipt is to come any more.
    delete from delivery_message d
     using (select m.id from mailing_mailing m
             where m.channel = 'sms' and m.state in ('sent', 'cancelled', 'expired') and m.finished_at < now() - interval '30 days'
               and exists (select from delivery_message d where d.mailing = m.id) limit 20) as old
     where d.mailing = old.id;
    perform delivery_receipts_bound(100000);
    return v_count;
end
$$;
