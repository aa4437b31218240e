-- Everything that was recorded of one recipient of a mailing, oldest first: one line for each outcome.
select o.at, known.name as state, o.package, p.kind, p.attempt + 1 as attempt, r.code, r.enhanced,
       replace(r.text, '{}', coalesce(o.detail, '')) as text, r.command, t.name as transport
  from delivery_outcome o
  join delivery_state known on known.code = o.state
  join delivery_reply r on r.id = o.reply
  left join delivery_package p on p.mailing = o.mailing and p.no = o.package
  left join account_transport t on t.id = o.transport and t.account_id = %(account)s
 where o.mailing = %(mailing)s and o.seq = %(seq)s
 order by o.package, o.at, o.state
