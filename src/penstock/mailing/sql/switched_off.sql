-- The mailings under way that one switch concerns, and the switch in words.
select m.id, s.words
  from mailing_mailing m, mailing_switches(m.id) s
 where m.state in ('starting', 'sending', 'finishing') and s.id = %(switch)s
 order by m.id
