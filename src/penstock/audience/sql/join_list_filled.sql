insert into audience_membership (list_id, contact_id)
select %(list)s, id from audience_contact where account_id = %(account)s and id > %(base)s order by id
