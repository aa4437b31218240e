-- People are erased: their rows in the ledgers of the account get a pseudonym in place of the address and a number that is no contact's,
-- and what was said of them is reduced to codes. Nothing is counted anew: states, packages and numbers stay as they are, and a row goes on
-- being the only one of its person in its mailing. Somebody else's row is left alone, who had the address when the ledger was written.
-- p_people: [{contact (null: there is none), normal, pseudonym, number}]; p_pattern: a regular expression that finds their addresses.
-- Returns the rows, with the contact that each had.
drop function if exists delivery_forget(integer, jsonb, text);
create function delivery_forget(p_account integer, p_people jsonb, p_pattern text)
returns table (mailing integer, seq integer, contact bigint, number bigint) language plpgsql as $$
#variable_conflict use_column
declare
    v_rows jsonb;
    v_replies integer[];
begin
    with person as materialized (
        select * from jsonb_to_recordset(p_people) as p (contact bigint, normal text, pseudonym text, number bigint)
    ), met as materialized (
        select m.id as mailing, r.seq, r.contact, p.contact as own, p.pseudonym, p.number
          from mailing_mailing m
         cross join lateral (
               select s.seq, s.contact, s.normal from delivery_recipient s
                where s.mailing = m.id and s.normal = any(array(select normal from person)) and s.package > 0
               union all
               select s.seq, s.contact, s.normal from delivery_recipient s
                where s.mailing = m.id and s.normal = any(array(select normal from person)) and s.package = 0) as r
          join person p on p.normal = r.normal
         where m.account_id = p_account
    ), theirs as materialized (
        -- Several who go at once may have had one number: a row is its own contact's, or anybody's of them.
        select distinct on (mailing, seq) * from met
         where contact = own or not exists (select from audience_contact c where c.id = met.contact and c.account_id = p_account)
         order by mailing, seq, (contact = own) is true desc
    ), hidden as (
        update delivery_recipient r
           set address = null, contact = t.number, twin = case when r.twin is not null then t.number end,
               normal = t.pseudonym || case when exists (      -- came back, and was meant by the same mailing again
                   select from delivery_recipient o
                    where o.mailing = r.mailing and o.normal = t.pseudonym and o.package > 0) then ':' || r.seq else '' end
          from theirs t where r.mailing = t.mailing and r.seq = t.seq
    ), later as (
        insert into delivery_forgotten (mailing, seq)
        select t.mailing, t.seq from theirs t join mailing_mailing m on m.id = t.mailing
         where m.state not in ('sent', 'cancelled', 'expired') or m.finished_at > now() - interval '10 days'
            on conflict (mailing, seq) do update set at = excluded.at
    )
    select coalesce(jsonb_agg(t), '[]') into v_rows from theirs t;
    delete from delivery_receipt w using jsonb_to_recordset(p_people) as p (normal text), account_transport t
     where t.id = w.transport and t.account_id = p_account and p.normal like '+%'
       and length(w.number) >= 8 and right(w.number, 7) = right(p.normal, 7);
    v_replies := delivery_clean(array(select (r ->> 'mailing')::integer from jsonb_array_elements(v_rows) with ordinality e (r, n) order by n),
                                array(select (r ->> 'seq')::integer from jsonb_array_elements(v_rows) with ordinality e (r, n) order by n));
    -- The dictionary keeps its rows, for senders know their numbers: only the address goes. The number makes the text the only one of its kind.
    update delivery_reply d set text = left(regexp_replace(d.text, p_pattern, 'erased#' || d.id, 'gi'), 500)
     where d.id = any(v_replies) and d.text ~* p_pattern;
    -- What could not be made of somebody's values is told with the values (content.segments).
    update delivery_reply d set text = 'template_error: erased#' || d.id
     where d.id = any(v_replies) and d.code = 0 and d.text like 'template_error:%(with %';
    update delivery_backoff set reply = regexp_replace(reply, p_pattern, 'erased', 'gi') where reply ~* p_pattern;
    update delivery_health set trouble = regexp_replace(trouble, p_pattern, 'erased', 'gi') where trouble ~* p_pattern;
    return query select r.* from jsonb_to_recordset(v_rows) as r (mailing integer, seq integer, contact bigint, number bigint);
end
$$;
