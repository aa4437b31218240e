-- Whom a message went to, or would have gone to.
select m.account_id as account, r.mailing, r.seq, r.contact, r.normal as address
  from delivery_recipient r join mailing_mailing m on m.id = r.mailing
 where r.mailing = %(mailing)s and r.seq = %(seq)s
