-- Canaries that are not judged good yet, of mailings that are being sent: what the mailing says, how many go ahead and are held, and when
-- the last of the canary was handed over (null: not yet).
select m.id, m.reason ->> 'code', a.policy || m.options, m.plan, a.zone, p.size, held.size, p.over
  from delivery_watch w
  join mailing_mailing m on m.id = w.mailing
  join account_account a on a.id = m.account_id
 cross join lateral (
       select sum(size)::bigint as size, case when bool_and(state = 'done') then max(closed_at) end as over
         from delivery_package where mailing = w.mailing and no = any(w.canary)) p
 cross join lateral (
       select coalesce(sum(size), 0)::bigint as size from delivery_package where mailing = w.mailing and held = 'canary') held
 where w.canary is not null and not w.failed and m.state = 'sending' and m.stopped_at is null
 order by m.id
