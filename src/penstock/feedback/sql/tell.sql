-- Note events of contacts that the account has; answer how many were new, and the places of those whose contact is not known.
with given as (
    select * from jsonb_to_recordset(%(events)s)
        as g (place integer, contact bigint, normal text, name text, at timestamptz, data jsonb, key text)
), known as (
    select g.*, c.id from given g join audience_contact c on c.id = g.contact and c.account_id = %(account)s
    union all
    select g.*, c.id from given g join audience_contact c on c.normal = g.normal collate "C" and c.account_id = %(account)s
), noted as (
    insert into feedback_event (account, contact, at, kind, name, data, key)
    select %(account)s, id, at, 'custom', name, data, key from known order by place
    on conflict (account, key) where key is not null do nothing
    returning 1
)
select (select count(*) from noted), array(select place from given where place not in (select place from known) order by place)
