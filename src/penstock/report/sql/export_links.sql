-- The links of a mailing, and how often people followed them, and machines.
select l.no, l.url, l.personal, coalesce(c.people, 0) as people, coalesce(c.total, 0) as clicks, coalesce(s.people, 0) as scanned_people,
       coalesce(s.total, 0) as scans
  from delivery_link l
  left join feedback_count c on c.mailing = l.mailing and c.kind = 'clicked' and c.link = l.no
  left join feedback_count s on s.mailing = l.mailing and s.kind = 'scanned' and s.link = l.no
 where l.mailing = %(mailing)s and l.no > %(after)s
 order by l.no
