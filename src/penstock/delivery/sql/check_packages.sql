-- Each package's counters against its outcomes: for each recipient the last outcome of the package counts.
with last as (
    select package, seq, max(state) as state from delivery_outcome where mailing = %(mailing)s group by package, seq
), counted as (
    select package, count(*) as total,
           count(*) filter (where state = 1) as in_doubt, count(*) filter (where state = 2) as returned,
           count(*) filter (where state = 3) as deferred, count(*) filter (where state = 4) as skipped,
           count(*) filter (where state = 5) as accepted, count(*) filter (where state = 6) as delivered,
           count(*) filter (where state = 7) as bounced
      from last group by package
)
select 'package ' || coalesce(p.no, c.package),
       format('outcomes %%s, counters %%s', (c.in_doubt, c.returned, c.deferred, c.skipped, c.accepted, c.delivered, c.bounced),
              (p.in_doubt, p.returned, p.deferred, p.skipped, p.accepted, p.delivered, p.bounced))
  from (select * from delivery_package where mailing = %(mailing)s) p full join counted c on c.package = p.no
 where p.no is null or (coalesce(c.in_doubt, 0), coalesce(c.returned, 0), coalesce(c.deferred, 0), coalesce(c.skipped, 0),
        coalesce(c.accepted, 0), coalesce(c.delivered, 0), coalesce(c.bounced, 0))
       <> (p.in_doubt, p.returned, p.deferred, p.skipped, p.accepted, p.delivered, p.bounced)
