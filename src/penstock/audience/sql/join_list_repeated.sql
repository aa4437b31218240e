insert into audience_membership (list_id, contact_id)
select %(list)s, first from audience_repeated where id = last and first <= %(base)s order by first
    on conflict do nothing
