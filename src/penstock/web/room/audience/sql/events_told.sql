-- The names of custom events, each found by one step through the index: as many steps as there are names.
with recursive names as (
    (select name from feedback_event where account = %(account)s and kind = 'custom' order by name limit 1)
    union all
    select (select e.name from feedback_event e
             where e.account = %(account)s and e.kind = 'custom' and e.name > names.name order by e.name limit 1)
      from names where names.name is not null
)
select name from names where name is not null limit 100
