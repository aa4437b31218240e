-- Numbers after .. upto of those at one domain, in order.
select seq
  from delivery_recipient
 where mailing = %(mailing)s and seq > %(after)s and seq <= %(upto)s and delivery_domain(contact, normal) = %(domain)s
 order by seq limit %(limit)s
