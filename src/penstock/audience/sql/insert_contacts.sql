-- In the order of the unique index, which takes sorted rows at half the cost.
insert into audience_contact (account_id, address, normal, attributes)
select s.account_id, s.address, s.normal, s.attributes
  from audience_staging s
 where not exists (select from audience_contact c where c.account_id = %(account)s and c.normal = s.normal)
 order by s.normal
