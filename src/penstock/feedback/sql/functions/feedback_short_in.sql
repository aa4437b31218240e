-- Keeps messages that came in by SMS; answers how many were new. What they ask for is done when they are noted (feedback.short.noting).
-- p_messages: a list of {number, to, text, at, key} and the server or the transport that it came by, which says whose it is. What bears
-- a key comes once; without one, what has the same time as told (at), number and words as another is that one again.
create or replace function feedback_short_in(p_messages jsonb) returns integer language plpgsql as $$
declare
    v_new integer;
begin
    insert into feedback_message (account, transport, number, addressee, text, sent_at, key)
    select t.account_id, t.id, left(g.number, 40), left(coalesce(g."to", ''), 40), left(coalesce(g.text, ''), 10000), g.at,
           coalesce(left(g.key, 200), case when g.at is not null then
               'same:' || md5(concat_ws(E'\x1f', g.number, g."to", extract(epoch from g.at), g.text)) end)
      from rows from (jsonb_to_recordset(p_messages)
               as (server integer, transport integer, number text, "to" text, text text, at timestamptz, key text))
           with ordinality as g (server, transport, number, "to", text, at, key, place)
      left join account_server s on s.id = g.server
      join account_transport t on t.id = coalesce(g.transport, s.transport_id)
     where g.number <> ''
     order by g.place
        on conflict (account, transport, key) where key is not null do nothing;
    get diagnostics v_new = row_count;
    return v_new;
end
$$;
