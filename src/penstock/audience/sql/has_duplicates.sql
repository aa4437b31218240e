-- Hashes first: whether there are any is told at a fifth of the cost of sorting; a collision only makes us look closer.
select exists (select from audience_staging group by hashtextextended(normal, 0) having count(*) > 1)::integer
