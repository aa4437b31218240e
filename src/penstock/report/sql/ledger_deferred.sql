-- Numbers of those who wait to be tried again, in order: due ones, and those packed again and not claimed yet.
select seq
  from (select d.seq
          from delivery_due d
         where d.mailing = %(mailing)s and d.seq > %(after)s and d.closed is null and d.why = 'deferred'
         union
        select listed.seq
          from delivery_package p cross join lateral unnest(p.positions[p.cursor + 1 : p.size]) as listed (seq)
         where p.mailing = %(mailing)s and p.kind = 'retry' and p.state in ('waiting', 'active') and listed.seq > %(after)s) as waiting
 where %(domain)s::text is null
    or exists (select from delivery_recipient r
                where r.mailing = %(mailing)s and r.seq = waiting.seq and delivery_domain(r.contact, r.normal) = %(domain)s)
 order by seq limit %(limit)s
