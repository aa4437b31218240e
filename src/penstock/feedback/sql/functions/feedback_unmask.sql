-- Whoever clicks two links of one message within a second is a machine that looks for harm in it: those clicks, the first of them
-- too, become `scanned`. Answers what the counters have to be moved by. The caller holds the lock on the recipients' rows
-- (kind clicked, link 0) since it noted their clicks: of two processes that are told one click each, the second sees both.
create or replace function feedback_unmask(p_mailing integer[], p_seq integer[], p_kind text[]) returns feedback_delta[]
language plpgsql set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    v_deltas feedback_delta[];
begin
    with given as (
        select distinct mailing, seq from unnest(p_mailing, p_seq, p_kind) as g (mailing, seq, kind) where kind = 'clicked'
    ), hasty as materialized (
        select s.mailing, s.seq, s.link, s.first_at, s.last_at, s.noted
          from given g join feedback_seen s on s.mailing = g.mailing and s.seq = g.seq and s.kind = 'clicked' and s.link > 0
         where exists (select from feedback_seen o
                        where o.mailing = s.mailing and o.seq = s.seq and o.kind in ('clicked', 'scanned') and o.link > 0
                          and o.link <> s.link and o.last_at > s.last_at - interval '1 second'
                          and o.last_at < s.last_at + interval '1 second')
    ), events as (
        update feedback_event e set kind = 'scanned'
          from hasty s join delivery_recipient r on r.mailing = s.mailing and r.seq = s.seq
         where e.mailing = s.mailing and e.kind = 'clicked' and e.contact = r.contact and e.at >= s.last_at
           and e.data @> jsonb_build_object('link', s.link)
        returning e.mailing, s.link, e.at
    ), whose as (   -- and whether they have clicked otherwise
        select h.mailing, h.seq, min(h.last_at) as at,
               bool_or(h.noted > 1) or exists (
                   select from feedback_seen s
                    where s.mailing = h.mailing and s.seq = h.seq and s.kind = 'clicked' and s.link > 0
                      and not exists (select from hasty t where t.mailing = s.mailing and t.seq = s.seq and t.link = s.link)) as human
          from hasty h group by 1, 2
    ), kept as (    -- a person clicked it in an earlier hour
        update feedback_seen s set noted = s.noted - 1, last_at = s.first_at
          from hasty h where s.mailing = h.mailing and s.seq = h.seq and s.kind = 'clicked' and s.link = h.link and h.noted > 1
    ), gone as (
        delete from feedback_seen s using hasty h
         where s.mailing = h.mailing and s.seq = h.seq and s.kind = 'clicked' and s.link = h.link and h.noted = 1
        returning s.mailing, s.seq, s.link, s.first_at
    ), forgotten as (
        delete from feedback_seen s using whose w
         where s.mailing = w.mailing and s.seq = w.seq and s.kind = 'clicked' and s.link = 0 and not w.human
        returning s.mailing, s.seq, s.link, s.first_at
    ), found as (
        insert into feedback_seen as s (mailing, seq, kind, link, first_at, last_at)
        select mailing, seq, 'scanned', link, last_at, last_at from hasty
        union all select mailing, seq, 'scanned', 0, at, at from whose
         order by 1, 2, 3, 4
            on conflict (mailing, seq, kind, link) do update set last_at = excluded.last_at, noted = s.noted + 1
        returning mailing, link, last_at, noted
    ), moved as (
        select mailing, 'clicked' as kind, l.link, at, -1 as total, 0 as people
          from events cross join lateral (values (0), (link)) as l (link)
        union all select mailing, 'clicked', link, first_at, 0, -1 from gone
        union all select mailing, 'clicked', link, first_at, 0, -1 from forgotten
        union all
        select mailing, 'scanned', l.link, at, 1, 0 from events cross join lateral (values (0), (link)) as l (link)
        union all select mailing, 'scanned', link, last_at, 0, 1 from found where noted = 1
    )
    select array_agg(row(mailing, kind, link, floor(extract(epoch from at) / 3600), total, people)::feedback_delta)
      into v_deltas from moved;
    return v_deltas;
end
$$;
