-- How many of those who are still to be sent to are not meant by the audience rule any more (as resume_gone will skip them).
with meant as materialized (
    select {normal} as normal from {people} and {chosen}
)
select count(*)
  from delivery_package p
  join delivery_recipient r on r.mailing = p.mailing and r.seq between p.first_seq + p.cursor and p.first_seq + p.size - 1
 where p.mailing = %(mailing)s and p.kind = 'plain' and p.state in ('waiting', 'active')
   and not exists (select from meant b where b.normal = r.normal)
