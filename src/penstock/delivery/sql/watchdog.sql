-- Mailings of which something could be claimed, or recorded, now: how much of each was so far, what hinders it that is no fault of
-- anybody's, and what is known of its trouble. What waits for a release, for a limit or because of a kill switch is not here.
select m.id, m.version, m.state, a.policy, coalesce(done.progress, 0), w.progress, w.moved_at, w.looked_at, w.nudged_at, clock_timestamp(),
       (select max(s.host || ':' || s.pid) from delivery_package p join delivery_sender s on s.id = p.sender
         where p.mailing = m.id and p.state = 'active') as holder,
       (select h.trouble from delivery_health h where h.mailing = m.id and h.state <> 'sound' and h.beat_at > clock_timestamp() - interval '1 min'
         order by h.troubled_at desc nulls last limit 1) as trouble,
       living.senders, living.mailings
  from mailing_mailing m
  join account_account a on a.id = m.account_id
  left join delivery_watch w on w.mailing = m.id
 cross join lateral delivery_withheld(m.id) kept
 cross join lateral (
       select sum(p.cursor + p.in_doubt + p.returned + p.deferred + p.skipped + p.accepted + p.delivered + p.bounced + p.epoch)
              as progress from delivery_package p where p.mailing = m.id) done
 cross join (
       select (select count(*) from delivery_sender where ended_at is null and beat_at > clock_timestamp() - interval '10 s') as senders,
              (select count(*) from mailing_mailing where state in ('sending', 'finishing')) as mailings) living
 where m.state in ('sending', 'finishing') and m.stopped_at is null and not kept.everything
   and exists (
       select from delivery_package p
        where p.mailing = m.id and p.release_at <= clock_timestamp() and p.state in ('waiting', 'active')
          and not exists (select from delivery_limits(m.id) l where l.domain = p.lane))
   and not exists (
       select from delivery_limits(m.id) l
         left join delivery_meter k on k.scope = l.scope and k.key = l.key
        where l.domain is null and l.rate = 0 or k.next_at > clock_timestamp() - interval '1 min')
 order by m.id
