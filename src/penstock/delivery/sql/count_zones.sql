-- How many people are in which zone (and country): first by what is said, of which there are few different ones, then by what that means.
with {known},
said as materialized (select {said} as written, {country} as country, count(*) as n from {people} group by 1, 2)
select coalesce(z.name, %(fallback)s) || s.country, sum(s.n)::integer
  from said s left join known_zone z using (written)
 group by 1
