-- Hashes first: whether there are any is told for less than sorting takes; a collision only makes us look closer.
select exists (select from audience_staging group by hashtextextended(normal, 0) having count(*) > 1)::integer
