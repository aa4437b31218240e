-- The mailings whose recipients a step of a chain goes to: the one that it follows, and the corrections of that one.
create or replace function delivery_earlier(p_mailing integer) returns table (id integer) language sql stable rows 2 as $$
    with recursive earlier as (
        select x.id, x.account_id
          from mailing_mailing m
          join mailing_mailing x on x.id = (m.audience ->> 'step')::integer and x.account_id = m.account_id
         where m.id = p_mailing
        union
        select x.id, x.account_id
          from earlier e join mailing_mailing x on x.fixes_id = e.id and x.account_id = e.account_id and x.deleted_at is null
    )
    select id from earlier
$$;
