-- Found by the mailing, whatever the planner thinks of the order: it may be long ago.
with its as materialized (
    select * from feedback_bounce where mailing = %(mailing)s
)
select id, mailing, seq, contact, normal as address, at, class as kind, code, enhanced, text, origin, suppressed
  from its
 where account = %(account)s and (%(before)s::bigint is null or id < %(before)s)
   and (%(normals)s::text[] is null or normal = any(%(normals)s))
 order by id desc limit %(limit)s
