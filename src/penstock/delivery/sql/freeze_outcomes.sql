insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)
select now(), r.mailing, 0, r.seq, delivery_reply_id(0, '', coalesce(s.reason, 'capped'), 'skip'), 0, 4
  from delivery_recipient r
  left join audience_suppression s on s.account_id = %(account)s and s.normal = r.normal
 where r.mailing = %(mailing)s and r.package = 0
