-- Mailings that go on under a kill switch that was thrown meanwhile, with the switch in words.
select m.id, min(s.words)
  from mailing_mailing m
 cross join lateral mailing_switches(m.id) s
 where m.state in ('starting', 'sending', 'finishing')
   and exists (select from mailing_switch where lifted_at is null)
   and s.scope in ('all', 'account', 'channel', 'sender')
 group by m.id
