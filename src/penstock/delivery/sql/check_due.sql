-- Who was deferred or given back is due, or was packed again: nobody is silently lost between.
select 'due', format('%%s deferred or returned, %%s due, %%s packed again', o.n, d.n, p.n)
  from (select count(*) as n
          from (select package, seq, max(state) as state from delivery_outcome where mailing = %(mailing)s group by package, seq) last
         where state in (2, 3)) o,
       (select count(*) as n from delivery_due where mailing = %(mailing)s) d,
       (select coalesce(sum(cardinality(positions)), 0) as n from delivery_package where mailing = %(mailing)s) p
 where o.n <> d.n + p.n
