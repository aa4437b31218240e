-- The packages of the earlier mailings in which somebody's delay may be over who was not judged yet. While a package is being handed
-- off, or its delays run out one after the other, it is looked at every few seconds; once more when the last of them is over.
select p.mailing, p.no
  from delivery_earlier(%(step)s) e
  join delivery_package p on p.mailing = e.id
  left join delivery_judged j on j.mailing = %(step)s and j.earlier = p.mailing and j.package = p.no
 where p.begun_at <= now() - make_interval(secs => %(delay)s)
   and p.accepted + p.delivered + p.bounced > coalesce(j.judged, 0)
   and (j.looked_at is null or j.looked_at <= now() - make_interval(secs => %(rest)s)
        or p.closed_at <= now() - make_interval(secs => %(delay)s)
           and j.looked_at < p.closed_at + make_interval(secs => %(delay)s))
 order by p.mailing, p.no limit %(most)s
