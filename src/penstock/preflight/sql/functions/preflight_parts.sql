-- How many parts the short messages of a mailing take, as the newest analysis of exactly its message added up: for how many recipients, and
-- how many in all. Nulls where there is none: of an e-mail, or before its first analysis is over.
create or replace function preflight_parts(p_mailing integer, out recipients bigint, out parts bigint) language sql stable as $$
    select (select sum(n.value::bigint) from jsonb_each_text(a.figures -> 'parts' -> 'recipients') n)::bigint,
           (a.figures -> 'parts' ->> 'total')::bigint
      from preflight_analysis a join mailing_mailing m on m.id = a.mailing_id and m.message_id = a.message_id
     where a.mailing_id = p_mailing and a.state = 'done' and jsonb_typeof(a.figures -> 'parts') = 'object'
     order by a.id desc limit 1
$$;
