-- How many people are in which zone: first by what is said, of which there are few different ones, then by what that means.
with {known},
said as materialized (select {said} as written, count(*) as n from {people} group by 1)
select coalesce(z.name, %(fallback)s), sum(s.n)::integer
  from said s left join known_zone z using (written)
 group by 1
