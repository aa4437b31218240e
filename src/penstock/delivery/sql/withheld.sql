-- Mailings of which somebody is withheld, with the domains that still are.
select m.id, w.domains
  from mailing_mailing m
 cross join lateral delivery_withheld(m.id) w
 where (m.state in ('sending', 'finishing', 'cancelling') or m.state = 'paused' and m.id in (select mailing from delivery_package where bound))
   and exists (select from delivery_due d where d.mailing = m.id and d.due_at = 'infinity' and d.closed is null)
