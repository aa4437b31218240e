-- Who is in doubt for some minutes in mailings of this transport that are not over, the next so many behind a place: never was an id seen.
-- Under the policy never_lost they are those who wait for their retry with a doubt for its reason.
select o.mailing, o.seq
  from mailing_mailing m
 cross join lateral (
       select d.mailing, d.seq, d.package, d.state from delivery_outcome d
        where d.mailing = m.id and d.state = 1 and d.at < now() - make_interval(secs => %(age)s)
       union all
       select d.mailing, d.seq, d.package, d.state
         from delivery_due e
         join delivery_outcome d on d.mailing = e.mailing and d.seq = e.seq and d.package = e.package and d.state = 3
         join delivery_reply y on y.id = d.reply and y.command = 'doubt'
        where e.mailing = m.id and e.why = 'deferred' and e.closed is null and d.at < now() - make_interval(secs => %(age)s)) as o
 where m.transport_id = %(transport)s and m.channel = 'sms' and m.frozen_at > now() - interval '7 days'
   and (o.mailing, o.seq) > (%(mailing)s, %(seq)s)
   and not exists (select from delivery_outcome l
                    where l.mailing = o.mailing and l.seq = o.seq and (l.package, l.state) > (o.package, o.state))
 order by o.mailing, o.seq limit %(most)s
