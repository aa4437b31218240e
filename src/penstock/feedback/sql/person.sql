-- Whom a token means: the account and the normalised address of a recipient whom a mailing was sent to (package 0: skipped from the start).
select m.account_id, r.normal
  from delivery_recipient r join mailing_mailing m on m.id = r.mailing
 where r.mailing = %(mailing)s and r.seq = %(seq)s and r.package > 0
