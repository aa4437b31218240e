-- Numbers of those whose normalised address begins so, those that are meant first; of the skipped ones, who stand in package 0, only
-- the address itself.
(select seq from delivery_recipient
  where mailing = %(mailing)s and package > 0 and starts_with(normal, %(prefix)s)
  order by normal limit %(limit)s)
union all
(select r.seq
   from delivery_package p
   join delivery_recipient r
     on r.mailing = p.mailing and r.seq >= p.first_seq and r.seq < p.first_seq + p.size and r.package = 0
  where p.mailing = %(mailing)s and p.no = 0 and r.normal = %(prefix)s
  order by r.seq limit %(limit)s)
