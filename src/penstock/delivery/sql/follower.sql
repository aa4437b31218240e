-- Who follows a personal link: what the contact is called and has now. Nobody: not sent to, erased, or the mailing deleted.
select coalesce(r.address, r.normal) as address, {every}
  from delivery_recipient r
  join mailing_mailing m on m.id = r.mailing and m.deleted_at is null
  join audience_contact c on c.account_id = m.account_id and c.id = r.contact
 where r.mailing = %(mailing)s and r.seq = %(seq)s and r.package > 0
