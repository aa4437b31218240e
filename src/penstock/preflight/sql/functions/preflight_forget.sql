-- People are erased: the cases of analyses that are about them go, and where tests went is a pseudonym.
create or replace function preflight_forget(p_account integer, p_people jsonb, p_contacts bigint[], p_pattern text) returns void
language sql as $$
    delete from preflight_case where contact = any(p_contacts);
    update preflight_finding f
       set text = regexp_replace(f.text, p_pattern, 'erased', 'gi'), place = regexp_replace(f.place, p_pattern, 'erased', 'gi')
      from preflight_analysis a
     where a.id = f.analysis_id and a.account_id = p_account and (f.text ~* p_pattern or f.place ~* p_pattern);
    update preflight_analysis a set error = regexp_replace(a.error, p_pattern, 'erased', 'gi')
     where a.account_id = p_account and a.error ~* p_pattern;
    update preflight_analysis a set figures = regexp_replace(a.figures::text, p_pattern, 'erased', 'gi')::jsonb
     where a.account_id = p_account and a.figures::text ~* p_pattern;
    update preflight_test t
       set address = coalesce((select p.pseudonym from jsonb_to_recordset(p_people) as p (normal text, pseudonym text)
                                where p.normal = lower(t.address) limit 1), regexp_replace(t.address, p_pattern, 'erased', 'gi')),
           reply = regexp_replace(t.reply, p_pattern, 'erased', 'gi'), prefix = ''
     where t.account_id = p_account and (t.address ~* p_pattern or t.reply ~* p_pattern);
    update preflight_test t set contact = null where t.account_id = p_account and t.contact = any(p_contacts);
$$;
