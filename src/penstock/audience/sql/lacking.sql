-- Which of these attributes no contact of a list has. One that somebody has is found with the first of them; only for one that nobody has
-- is the whole list read. The limit has the planner look for the first one: `not exists` becomes a join over the whole list.
select w.name
  from unnest(%(wanted)s::text[]) as w (name)
 where (select true from audience_membership m join audience_contact c on c.id = m.contact_id
         where m.list_id = %(list)s and c.account_id = %(account)s and c.attributes ? w.name
         limit 1) is null
