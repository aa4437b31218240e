-- What of the journal was not read yet: late lines in the gaps, then what is above the cursor. One statement, one snapshot.
with late as (
    select e.* from notices_gap g join mailing_entry e on e.id >= g.first and e.id < g.beyond
), new as (
    select e.* from mailing_entry e where e.id > %(last)s order by e.id limit %(most)s
), both_of_them as (
    select * from late union all select * from new
)
select pg_snapshot_xmin(s.shot)::text::bigint as xmin, pg_snapshot_xmax(s.shot)::text::bigint as xmax,
       e.id, e.account_id as account, e.mailing_id as mailing, e.at, e.actor, e.door, e.command, e.from_state, e.to_state,
       e.reason, e.data
  from (select pg_current_snapshot() as shot) s
  left join both_of_them e on true
 order by e.id
