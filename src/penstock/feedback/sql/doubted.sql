-- Who is in doubt for some minutes in mailings of this transport that are not over, the next so many behind a place: never was an id seen.
select o.mailing, o.seq
  from mailing_mailing m
 cross join lateral (
       select d.mailing, d.seq, d.package from delivery_outcome d
        where d.mailing = m.id and d.state = 1 and d.at < now() - make_interval(secs => %(age)s)) as o
 where m.transport_id = %(transport)s and m.channel = 'sms' and m.frozen_at > now() - interval '7 days'
   and (o.mailing, o.seq) > (%(mailing)s, %(seq)s)
   and not exists (select from delivery_outcome l
                    where l.mailing = o.mailing and l.seq = o.seq and (l.package, l.state) > (o.package, 1))
 order by o.mailing, o.seq limit %(most)s
