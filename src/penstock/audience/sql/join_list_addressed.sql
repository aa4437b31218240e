insert into audience_membership (list_id, contact_id)
select %(list)s, contact from audience_addressed order by contact
    on conflict do nothing
