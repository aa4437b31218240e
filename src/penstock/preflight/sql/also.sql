-- Whom of those chosen another mailing has in its ledger, not skipped.
select p.contact
  from preflight_chosen p
 where p.contact in (select r.contact from delivery_recipient r where r.mailing = %(mailing)s and r.package > 0)
 order by p.contact
