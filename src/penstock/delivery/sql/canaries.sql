-- Canaries that are not judged good yet, of mailings that are being sent: what the mailing says, how many go ahead and are held, when
-- the last of the canary was handed over (null: not yet), and what became of its recipients: the last outcome of each.
select m.id, m.reason ->> 'code', a.policy || m.options, m.plan, a.zone, p.size, held.size, p.over, o.settled, o.bounced, o.deferred, o.complained
  from delivery_watch w
  join mailing_mailing m on m.id = w.mailing
  join account_account a on a.id = m.account_id
 cross join lateral (
       select sum(size)::bigint as size, case when bool_and(state = 'done') then max(closed_at) end as over
         from delivery_package where mailing = w.mailing and no = any(w.canary)) p
 cross join lateral (
       select coalesce(sum(size), 0)::bigint as size from delivery_package where mailing = w.mailing and held = 'canary') held
  left join lateral (
       select count(*) filter (where last.state in (1, 5, 6, 7)) as settled, count(*) filter (where last.state = 7) as bounced,
              count(*) filter (where last.state = 3) as deferred, count(*) filter (where complained) as complained
         from delivery_package ahead
         join delivery_recipient r on r.mailing = ahead.mailing and r.seq >= ahead.first_seq and r.seq < ahead.first_seq + ahead.size
        cross join lateral (
              select o.state from delivery_outcome o where o.mailing = r.mailing and o.seq = r.seq
               order by o.package desc, o.state desc limit 1) last
        cross join lateral (
              select exists (select from feedback_event e
                              where e.mailing = r.mailing and e.kind = 'complained' and e.contact = r.contact) as complained) c
        where ahead.mailing = w.mailing and ahead.no = any(w.canary)) o on p.over is not null
 where w.canary is not null and not w.failed and m.state = 'sending' and m.stopped_at is null
 order by m.id
