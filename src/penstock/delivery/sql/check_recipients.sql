-- The packages of the freeze are exactly the recipients, and an outcome is of a position that its package lists and has claimed.
select 'recipients', format('package %%s has %%s rows, and says %%s', r.package, r.n, p.size)
  from (select package, count(*) as n from delivery_recipient where mailing = %(mailing)s group by package) r
  full join (select no, size from delivery_package
              where mailing = %(mailing)s and kind in ('plain', 'skipped')) p on p.no = r.package
 where r.n is distinct from p.size
union all
select 'outcome', format('number %%s of package %%s was never claimed', o.seq, o.package)
  from delivery_outcome o join delivery_package p on p.mailing = o.mailing and p.no = o.package
 where o.mailing = %(mailing)s
   and not case when p.positions is null then o.seq between p.first_seq and p.first_seq + p.cursor - 1
                else o.seq = any(p.positions[1 : p.cursor]) end
