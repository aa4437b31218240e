-- What a sender looks for: the mailings that may be sent, with what it has in hand; whether more of each may begin, whether a
-- package waits, and the domains whose recipients are withheld; the version of its transport; its limits, null where it has none, and the
-- domains with limits of which packages wait. A mailing that is paused or being cancelled has at most packages that are to be finished.
select m.id, m.version, may and not withheld.everything,
       exists (select from delivery_package p
                where p.mailing = m.id and p.state = 'waiting' and p.release_at <= now() and (p.bound or m.state = any(%(sent_in)s))),
       withheld.domains, coalesce(r.version, 0), limits.told,
       case when limits.apart then array(
           select distinct p.lane from delivery_package p
            where p.mailing = m.id and p.state = 'waiting' and p.release_at <= now() and p.lane is not null) else '{}' end
  from mailing_mailing m
  left join account_transport r on r.id = m.transport_id
  left join delivery_turn t on t.mailing = m.id
 cross join lateral (
       select m.state = any(%(sent_in)s) and m.stopped_at is null   -- resumed: the ledger catches up first
              or m.state in ('paused', 'cancelling')
                 and exists (select from delivery_package p
                              where p.mailing = m.id and p.bound and p.state in ('waiting', 'active')) as may) as allowed
 cross join lateral delivery_withheld(m.id) withheld
 cross join lateral (
       select jsonb_agg(l order by l.scope, l.key) as told, bool_or(l.domain is not null) as apart from delivery_limits(m.id) l) as limits
 where m.state in ('sending', 'finishing') or m.id in (select mailing from delivery_package where bound) or m.id = any(%(lanes)s)
 order by t.served_at nulls first
