insert into audience_membership (list_id, contact_id)
select list, %(contact)s from unnest(%(lists)s::integer[]) as list
    on conflict do nothing
