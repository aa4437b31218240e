-- Turns people into recipients and packages: numbered by release, lane, parts and contact, so that each package is one range, cut
-- to size within each release, lane and number of parts. Whose turn it is stands in `run`: for each zone, from which of its people on which release holds.
-- Returns how many recipients there are.
with {known},
person as materialized (
    select c.id, {normal} as normal, {address} as address, {twin} as twin, {parts} as parts, {said} as said,
           case when %(by_country)s or {domain} = any(%(lanes)s::text[]) then {domain} end as lane
      from {people}
), there as (
    select p.*, case when %(by_zone)s then coalesce(z.name, %(fallback)s) || case when %(by_country)s then ' ' || p.lane else '' end end as zone
      from person p left join known_zone z on z.written = p.said
), release as materialized (
    select * from jsonb_to_recordset(%(releases)s) as r (
           n integer, at timestamptz, planned timestamptz, slot integer, zone text)
), run as (
    select * from jsonb_to_recordset(%(runs)s) as r (zone text, starts integer[], releases integer[])
), numbered as (
    select p.*, (row_number() over (partition by p.zone order by p.id))::integer as place from there p
), placed as materialized (
    select p.id, p.normal, p.address, p.twin, p.parts, p.lane, r.releases[width_bucket(p.place, r.starts)] as release
      from numbered p join run r on coalesce(r.zone, '') = coalesce(p.zone, '')
), part as materialized (
    select release, lane, parts, count(*)::integer as size,
           (sum(count(*)) over before - count(*))::integer as numbers_before,
           (sum((count(*) + %(size)s - 1) / %(size)s) over before - (count(*) + %(size)s - 1) / %(size)s)::integer as packages_before
      from placed group by release, lane, parts
    window before as (order by release, lane nulls first, parts)
), written as (
    insert into delivery_recipient (mailing, seq, contact, package, normal, address, twin)
    select %(mailing)s, %(last_seq)s + g.numbers_before + p.place, p.id,
           %(last_no)s + g.packages_before + (p.place - 1) / %(size)s + 1, p.normal, nullif(p.address, p.normal), p.twin
      from (select *, (row_number() over (partition by release, lane, parts order by id))::integer as place from placed) p
      join part g on g.release = p.release and g.lane is not distinct from p.lane and g.parts = p.parts
)
insert into delivery_package (mailing, no, kind, state, release_at, planned_at, size, first_seq, slot, zone, lane, parts)
select %(mailing)s, %(last_no)s + g.packages_before + i + 1, 'plain', 'waiting', r.at, r.planned,
       least(%(size)s, g.size - i * %(size)s), %(last_seq)s + g.numbers_before + i * %(size)s + 1, r.slot, split_part(r.zone, ' ', 1), g.lane, g.parts
  from part g join release r on r.n = g.release
 cross join lateral generate_series(0, (g.size - 1) / %(size)s) as i
returning size
