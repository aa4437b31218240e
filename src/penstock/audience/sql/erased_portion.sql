-- A portion is done: its addresses go. Returns whether there are more.
update audience_erasure
   set addresses = array(select a from unnest(addresses) with ordinality as t (a, n) where a <> all(%(addresses)s) order by n),
       erased = erased + %(erased)s, traces = traces + %(traces)s, unknown = unknown + greatest(0, %(unknown)s),
       state = case when addresses <@ %(addresses)s::text[] then 'done' else 'running' end,
       finished_at = case when addresses <@ %(addresses)s::text[] then clock_timestamp() end
 where id = %(number)s
returning state <> 'done'
