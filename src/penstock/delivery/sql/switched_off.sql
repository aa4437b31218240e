-- Mailings that go on under a kill switch that was thrown meanwhile, with their state and the switch in words. One that is paused or
-- being cancelled goes on where packages that have begun are finished.
select m.id, m.state, min(s.words)
  from mailing_mailing m
 cross join lateral mailing_switches(m.id) s
 where (m.state in ('starting', 'sending', 'finishing')
        or m.state in ('paused', 'cancelling') and exists (
           select from delivery_package p where p.mailing = m.id and p.bound and p.state in ('waiting', 'active')))
   and exists (select from mailing_switch where lifted_at is null)
   and s.scope in ('all', 'account', 'channel', 'sender')
 group by m.id
