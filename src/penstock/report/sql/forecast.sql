-- Connections over which the mailing is being sent: each sender that has a package of it opens its transport's number of them.
select count(distinct p.sender) * t.connections
  from mailing_mailing m
  join account_transport t on t.id = m.transport_id
  left join delivery_package p on p.mailing = m.id and p.sender is not null
 where m.id = %(mailing)s
 group by t.connections
