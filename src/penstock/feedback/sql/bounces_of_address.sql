-- One address has few: they are found by it, whatever the planner thinks of the order.
with its as materialized (
    select * from feedback_bounce where account = %(account)s and normal = any(%(normals)s)
)
select id, mailing, seq, contact, normal as address, at, class as kind, code, enhanced, text, origin, suppressed
  from its
 where %(before)s::bigint is null or id < %(before)s
 order by id desc limit %(limit)s
