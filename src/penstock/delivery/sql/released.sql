-- Tells senders of the mailings of which a package was released since the last look; the instant of this one comes with it.
select clock_timestamp() as at, count(pg_notify(%(channel)s, m.id || ' ' || m.state || ' ' || m.version))
  from mailing_mailing m
 where m.state in ('sending', 'finishing')
   and exists (select from delivery_package p
                where p.mailing = m.id and p.state in ('waiting', 'active') and p.release_at > %(since)s and p.release_at <= clock_timestamp())
