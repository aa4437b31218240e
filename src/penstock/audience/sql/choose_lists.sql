-- The lists are locked so that one that is being deleted gets no member.
with person as (
    select id from audience_contact where account_id = %(account)s and id = %(contact)s for key share
), open as (
    select id from audience_list
     where account_id = %(account)s and public and id = any(%(shown)s::integer[]) order by id for key share
), gone as (
    delete from audience_membership m using open, person
     where m.list_id = open.id and m.contact_id = person.id and open.id <> all(%(wanted)s::integer[])
    returning m.list_id
), come as (
    insert into audience_membership (list_id, contact_id)
    select open.id, person.id from open, person where open.id = any(%(wanted)s::integer[])
    on conflict do nothing
    returning list_id
)
select array(select list_id from gone order by 1), array(select list_id from come order by 1)
