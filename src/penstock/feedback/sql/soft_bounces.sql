-- Addresses with soft bounces on so many of so many days: a domain that is out for an afternoon has all mailings of that day bounce, once.
select n.normal
  from unnest(%(normals)s::text[]) as n (normal)
 where (select count(distinct date_trunc('day', b.at at time zone 'UTC')) from feedback_bounce b
         where b.account = %(account)s and b.normal = n.normal and b.class = 'soft'
           and b.at > now() - make_interval(days => %(days)s)) >= %(number)s
