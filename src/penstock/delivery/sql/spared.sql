-- Destination domains that are asked less because they refuse for now.
select b.transport, b.domain, b.rate, b.usual, b.since, b.until, b.refused, b.reply
  from delivery_backoff b join account_transport t on t.id = b.transport
 where t.account_id = %(account)s and (%(transport)s::integer is null or b.transport = %(transport)s)
   and (%(mailing)s::integer is null or t.id = (select m.transport_id from mailing_mailing m where m.id = %(mailing)s))
 order by b.since desc, b.domain
