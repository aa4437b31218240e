-- The kill switches that withhold recipients and have expired, but were not lifted, as far as they concern the mailing.
select s.id
  from mailing_switch s
  join mailing_mailing m on m.id = %(mailing)s
 where s.lifted_at is null and s.scope in ('domain', 'transport') and s.expires_at <= clock_timestamp()
   and (s.account_id is null or s.account_id = m.account_id) and (s.scope = 'domain' or s.value = m.transport_id::text)
 order by s.id
