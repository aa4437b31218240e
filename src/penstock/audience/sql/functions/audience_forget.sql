-- Contacts are erased with everything that hangs on them. A suppression stays, as a hash that is honoured when somebody with this address comes
-- back (note_returned). Lines of imports that became no contact of their own lose what stood there. Returns the numbers of the contacts.
create or replace function audience_forget(p_account integer, p_people jsonb, p_pattern text, p_keep_out boolean) returns bigint[]
language plpgsql as $$
declare
    v_contacts bigint[];
    v_pseudonyms text[];
begin
    select array_agg(contact) filter (where contact is not null), array_agg(pseudonym) into v_contacts, v_pseudonyms
      from jsonb_to_recordset(p_people) as p (contact bigint, pseudonym text);
    delete from audience_contact where account_id = p_account and id = any(v_contacts);
    delete from audience_membership m
     using audience_list l where l.account_id = p_account and m.list_id = l.id and m.contact_id = any(v_contacts);
    delete from audience_former where account_id = p_account and contact = any(v_contacts);
    delete from audience_returned where account_id = p_account and contact = any(v_contacts);
    insert into audience_erased (account_id, pseudonym)
    select p_account, p from unnest(v_pseudonyms) as p on conflict (account_id, pseudonym) do update set at = excluded.at;
    delete from audience_suppression s using jsonb_to_recordset(p_people) as p (normal text, pseudonym text)
     where s.account_id = p_account and s.normal = p.normal
       and exists (select from audience_suppression o where o.account_id = p_account and o.normal = p.pseudonym);
    update audience_suppression s set normal = p.pseudonym
      from jsonb_to_recordset(p_people) as p (normal text, pseudonym text)
     where s.account_id = p_account and s.normal = p.normal;
    if p_keep_out then
        insert into audience_suppression (account_id, normal, reason, origin)
        select p_account, p, 'manual', 'erasure' from unnest(v_pseudonyms) as p on conflict (account_id, normal) do nothing;
    end if;
    update audience_import_problem b set value = regexp_replace(b.value, p_pattern, 'erased', 'gi'), reason = regexp_replace(b.reason, p_pattern, 'erased', 'gi')
      from audience_import i
     where i.account_id = p_account and b.import_id = i.id and (b.value ~* p_pattern or b.reason ~* p_pattern);
    update audience_import set error = regexp_replace(error, p_pattern, 'erased', 'gi') where account_id = p_account and error ~* p_pattern;
    return coalesce(v_contacts, '{}');
end
$$;
