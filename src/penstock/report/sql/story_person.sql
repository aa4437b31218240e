-- One recipient of a mailing: who it is, where it stands in the ledger, when it is tried again, and whether it may be written to now.
select r.seq, r.contact, coalesce(r.address, r.normal) as address, r.package, m.frozen_at,
       exists (select from audience_contact c where c.id = r.contact and c.account_id = m.account_id) as is_known,
       p.state as package_state, p.begun_at, case when isfinite(p.release_at) then p.release_at end as release_at,
       case when isfinite(d.due_at) then d.due_at end as due_at, d.why, d.attempt as attempts_made, d.closed,
       s.reason as suppressed, s.origin as suppressed_by, s.created_at as suppressed_at
  from delivery_recipient r
  join mailing_mailing m on m.id = r.mailing
  left join delivery_package p on p.mailing = r.mailing and p.no = r.package
  left join delivery_due d on d.mailing = r.mailing and d.seq = r.seq
  left join audience_suppression s on s.account_id = m.account_id and s.normal = r.normal
 where r.mailing = %(mailing)s and r.seq = %(seq)s
