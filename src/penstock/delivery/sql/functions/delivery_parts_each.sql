-- How many parts a message of a mailing takes on average: of its packages once it is frozen, before that by its analysis. Null: nobody knows yet.
create or replace function delivery_parts_each(p_mailing integer) returns double precision language sql stable as $$
    select coalesce(
        (select sum(p.size::double precision * p.parts) / nullif(sum(p.size), 0) from delivery_package p where p.mailing = p_mailing and p.kind = 'plain'),
        (select a.parts::double precision / nullif(a.recipients, 0) from preflight_parts(p_mailing) a))
$$;
