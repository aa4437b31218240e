-- Connections over which the mailing is being sent: each sender that has a package of it opens those of its transport's servers.
select count(distinct p.sender) * t.connections
  from mailing_mailing m
  join (select transport_id, sum(connections) as connections from account_server where enabled group by transport_id) t
    on t.transport_id = m.transport_id
  left join delivery_package p on p.mailing = m.id and p.sender is not null
 where m.id = %(mailing)s
 group by t.connections
