-- What a link to view shows: the recipient of a mailing (package 0: skipped, and so never had the link) and their contact.
select m.account_id as account, m.name, m.message_id as message, a.policy || m.options as options,
       m.deleted_at is not null as deleted, coalesce(r.address, r.normal) as address, case when c.id is not null then {every} end as attributes
  from delivery_recipient r
  join mailing_mailing m on m.id = r.mailing
  join account_account a on a.id = m.account_id
  left join audience_contact c on c.account_id = m.account_id and c.id = r.contact
 where r.mailing = %(mailing)s and r.seq = %(seq)s and r.package > 0
