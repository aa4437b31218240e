-- In the order of the unique index, which takes sorted rows at half the cost. Without a list nobody joins.
with made as (
    insert into audience_contact (account_id, address, normal, attributes, phone, region)
    select s.account_id, s.address, s.normal, s.attributes, s.phone, s.region
      from audience_staging s
     where not exists (select from audience_met m where m.id = s.id)
     order by s.normal
    returning id
)
insert into audience_membership (list_id, contact_id)
select %(list)s::integer, id from made where %(list)s::integer is not null
