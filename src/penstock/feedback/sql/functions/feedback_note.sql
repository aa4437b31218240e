-- Notes what recipients did with their messages and counts it, all in the caller's transaction; answers how many became events.
-- What strangers can repeat for ever (opens, clicks, views) is one event an hour, recipient and link, and is counted each time it
-- comes; with a key, and of every other kind, each is an event, and what comes again with its key is neither noted nor counted.
-- Erased contacts leave no track: nothing of what a message sees of them is noted or counted.
-- Rows are locked in the order of their keys, counters last: several processes do this at the same time.
create or replace function feedback_note(
    p_mailing integer[], p_seq integer[], p_kind text[],
    p_link integer[] default null,         -- of clicks: its number in the mailing
    p_at timestamptz[] default null,       -- null: now
    p_data jsonb[] default null, p_key text[] default null
) returns integer language plpgsql
set enable_hashjoin = off set enable_mergejoin = off    -- a handful among millions, also while nobody has counted those
as $$
declare
    v_noted integer;
    v_deltas feedback_delta[];
    v_tracks constant text[] := array['opened', 'clicked', 'prefetched', 'scanned', 'viewed'];
begin
    with given as materialized (
        select g.place, g.mailing, g.seq, g.kind, coalesce(g.link, 0) as link, coalesce(g.at, clock_timestamp()) as at, g.key,
               case when coalesce(g.link, 0) > 0 then coalesce(g.data, '{}') || jsonb_build_object('link', g.link) else g.data end as data,
               m.account_id as account, r.contact, g.key is null and g.kind = any(v_tracks) as repeatable,
               row_number() over (partition by m.account_id, g.key order by g.place) as nth
          from unnest(p_mailing, p_seq, p_kind, p_link, p_at, p_data, p_key) with ordinality
               as g (mailing, seq, kind, link, at, data, key, place)
          join mailing_mailing m on m.id = g.mailing
          join delivery_recipient r on r.mailing = g.mailing and r.seq = g.seq
         where g.kind <> all(v_tracks)
            or exists (select from audience_contact c where c.id = r.contact and c.account_id = m.account_id)
    ), told as (
        insert into feedback_event (account, contact, at, kind, mailing, seq, data, key)
        select account, contact, at, kind, mailing, seq, data, key from given
         where not repeatable and (key is null or nth = 1) order by account, key, place
            on conflict (account, key) where key is not null do nothing
        returning account, key
    ), hits as (
        select * from given g
         where repeatable or key is null
            or nth = 1 and exists (select from told t where t.account = g.account and t.key = g.key)
    ), met as (
        insert into feedback_seen as s (mailing, seq, kind, link, first_at, last_at)
        select h.mailing, h.seq, h.kind, l.link, min(h.at), min(h.at)
          from hits h cross join lateral (select 0 union select h.link) as l (link)
         group by 1, 2, 3, 4 order by 1, 2, 3, 4
            on conflict (mailing, seq, kind, link) do update
           set last_at = excluded.last_at, noted = s.noted + 1
         where date_trunc('hour', s.last_at, 'UTC') < date_trunc('hour', excluded.last_at, 'UTC')
        returning mailing, seq, kind, link, last_at, noted
    ), tracked as (
        insert into feedback_event (account, contact, at, kind, mailing, seq, data)
        select distinct on (h.mailing, h.seq, h.kind, h.link) h.account, h.contact, s.last_at, h.kind, h.mailing, h.seq, h.data
          from hits h join met s on s.mailing = h.mailing and s.seq = h.seq and s.kind = h.kind and s.link = h.link
         where h.repeatable
         order by h.mailing, h.seq, h.kind, h.link, h.place
        returning 1
    ), moved as (
        select h.mailing, h.kind, l.link, floor(extract(epoch from h.at) / 3600)::integer as hour, count(*) as total, 0::bigint as people
          from hits h cross join lateral (select 0 union select h.link) as l (link) group by 1, 2, 3, 4
        union all
        select mailing, kind, link, floor(extract(epoch from last_at) / 3600)::integer, 0, count(*) from met where noted = 1 group by 1, 2, 3, 4
    )
    select (select count(*) from told) + (select count(*) from tracked),
           (select array_agg(row(mailing, kind, link, hour, total, people)::feedback_delta) from moved)
      into v_noted, v_deltas;
    if 'clicked' = any(p_kind) then
        v_deltas := v_deltas || feedback_unmask(p_mailing, p_seq, p_kind);
    end if;
    perform feedback_tally(v_deltas);
    return v_noted;
end
$$;
