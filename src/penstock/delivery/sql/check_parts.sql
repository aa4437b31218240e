-- What was handed over has as many parts as its package says, for that is what was paid. A gateway gives one id for all of them.
select 'parts', format('number %%s of package %%s was handed over as part %%s of %%s, and its package has %%s', x.seq, x.package, x.part, x.parts, p.parts)
  from delivery_message x join delivery_package p on p.mailing = x.mailing and p.no = x.package
 where x.mailing = %(mailing)s and (x.part > p.parts or x.parts not in (1, p.parts))
