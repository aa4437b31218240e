insert into feedback_event (account, contact, at, kind, mailing, seq, data, key)
select m.account_id, r.contact, coalesce(%(at)s, clock_timestamp()), %(kind)s, r.mailing, r.seq, %(data)s, %(key)s
  from delivery_recipient r join mailing_mailing m on m.id = r.mailing
 where r.mailing = %(mailing)s and r.seq = %(seq)s
on conflict (account, key) where key is not null do nothing
