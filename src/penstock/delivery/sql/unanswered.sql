-- Messages that a server accepted long ago and that no receipt told of, the next so many behind a place: their ids and their senders.
select d.mailing, d.seq, d.part, d.id, c.sender
  from delivery_message d
  join mailing_mailing m on m.id = d.mailing
  join content_message c on c.id = m.message_id
  join delivery_package p on p.mailing = d.mailing and p.no = d.package and p.accepted > 0
 cross join lateral (
       select o.state, o.package from delivery_outcome o
        where o.mailing = d.mailing and o.seq = d.seq order by o.package desc, o.state desc limit 1) last
 where d.mailing = any(array(select w.id from mailing_mailing w join account_server s on s.transport_id = w.transport_id
                              where s.id = any(%(servers)s) and w.channel = 'sms' and w.state in ('sending', 'finishing', 'paused', 'interrupted')
                                -- One that began a moment ago is not read through.
                                and exists (select from delivery_package b where b.mailing = w.id and b.accepted > 0
                                               and coalesce(b.begun_at, '-infinity') < now() - make_interval(secs => %(age)s))))
   and d.server = any(%(servers)s) and d.state is null and d.at < now() - make_interval(secs => %(age)s)
   and last.state = 5 and last.package = d.package
   and (d.mailing, d.seq, d.part) > (%(mailing)s, %(seq)s, %(part)s)
 order by d.mailing, d.seq, d.part
 limit %(most)s
