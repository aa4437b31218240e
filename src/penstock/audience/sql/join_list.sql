insert into audience_membership (list_id, contact_id)
select %(list)s, c.id
  from audience_staging s
  join audience_contact c on c.account_id = %(account)s and c.normal = s.normal
 order by c.id
    on conflict do nothing
