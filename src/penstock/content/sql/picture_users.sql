-- Some of the mailings and templates of an account whose message names a picture by its key.
with shown as materialized (
    select id
    from content_message
    where account_id = %(account)s
      and position(%(key)s in concat_ws(' ', html, mjml, text, design::text, headers::text)) > 0
)
select
    coalesce((
        select array_agg(id) from (
            select m.id from mailing_mailing m
            where m.account_id = %(account)s and m.deleted_at is null and m.message_id in (select id from shown)
            order by m.id desc limit %(some)s
        ) few
    ), '{}'),
    coalesce((
        select array_agg(id) from (
            select t.id from content_template t
            where t.account_id = %(account)s and t.message_id in (select id from shown)
            order by t.id limit %(some)s
        ) few
    ), '{}')
