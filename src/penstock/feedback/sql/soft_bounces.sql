-- Addresses with so many soft bounces in so many days: of the newest `number` the oldest is within them.
select n.normal
  from unnest(%(normals)s::text[]) as n (normal)
 where (select count(*) from (
           select from feedback_bounce b
            where b.account = %(account)s and b.normal = n.normal and b.class = 'soft'
              and b.at > now() - make_interval(days => %(days)s)
            limit %(number)s) lately) >= %(number)s
