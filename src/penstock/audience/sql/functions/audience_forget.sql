-- Contacts are erased with everything that hangs on them. A suppression stays, as a hash that is honoured when somebody with this address (or
-- telephone number) comes back (note_returned); that of a number which somebody else has, too, stays as it is. Lines of imports that became no contact of their own lose what stood there. Returns the numbers of the contacts.
create or replace function audience_forget(p_account integer, p_people jsonb, p_pattern text, p_keep_out boolean) returns bigint[]
language plpgsql as $$
declare
    v_contacts bigint[];
    v_pseudonyms text[];
    v_shared text[];
begin
    select array_agg(contact) filter (where contact is not null), array_agg(pseudonym) into v_contacts, v_pseudonyms
      from jsonb_to_recordset(p_people) as p (contact bigint, pseudonym text);
    v_shared := array(select distinct c.phone from audience_contact c join jsonb_to_recordset(p_people) as p (normal text) on c.phone = p.normal
                       where c.account_id = p_account and c.id <> all(coalesce(v_contacts, '{}')));
    delete from audience_contact where account_id = p_account and id = any(v_contacts);
    delete from audience_membership m
     using audience_list l where l.account_id = p_account and m.list_id = l.id and m.contact_id = any(v_contacts);
    delete from audience_former where account_id = p_account and contact = any(v_contacts);
    delete from audience_returned where account_id = p_account and contact = any(v_contacts);
    insert into audience_erased (account_id, pseudonym)
    select distinct p_account, p from unnest(v_pseudonyms) as p on conflict (account_id, pseudonym) do update set at = excluded.at;
    delete from audience_suppression s using jsonb_to_recordset(p_people) as p (normal text, pseudonym text)
     where s.account_id = p_account and s.normal = p.normal and p.normal <> all(v_shared)
       and exists (select from audience_suppression o where o.account_id = p_account and o.normal = p.pseudonym);
    update audience_suppression s set normal = p.pseudonym
      from jsonb_to_recordset(p_people) as p (normal text, pseudonym text)
     where s.account_id = p_account and s.normal = p.normal and p.normal <> all(v_shared);
    if p_keep_out then
        insert into audience_suppression (account_id, normal, reason, origin)
        select distinct p_account, case when p.normal = any(v_shared) then p.normal else p.pseudonym end, 'manual', 'erasure'
          from jsonb_to_recordset(p_people) as p (normal text, pseudonym text) on conflict (account_id, normal) do nothing;
    end if;
    update audience_import_problem b set value = regexp_replace(b.value, p_pattern, 'erased', 'gi'), reason = regexp_replace(b.reason, p_pattern, 'erased', 'gi')
      from audience_import i
     where i.account_id = p_account and b.import_id = i.id and (b.value ~* p_pattern or b.reason ~* p_pattern);
    update audience_import set error = regexp_replace(error, p_pattern, 'erased', 'gi') where account_id = p_account and error ~* p_pattern;
    return coalesce(v_contacts, '{}');
end
$$;
