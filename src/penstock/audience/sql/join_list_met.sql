insert into audience_membership (list_id, contact_id)
select %(list)s, m.contact
  from audience_met m
 where not exists (select from audience_membership j where j.list_id = %(list)s and j.contact_id = m.contact)
 order by m.contact
    on conflict do nothing
