-- Numbers of those who are, or once were, in a state that few are in, in order: an outcome of theirs says so.
select distinct o.seq
  from delivery_outcome o
 where o.mailing = %(mailing)s and o.state = %(code)s and o.state not in (5, 6) and o.seq > %(after)s
   and (%(domain)s::text is null
        or exists (select from delivery_recipient r
                    where r.mailing = o.mailing and r.seq = o.seq and delivery_domain(r.contact, r.normal) = %(domain)s))
 order by o.seq limit %(limit)s
