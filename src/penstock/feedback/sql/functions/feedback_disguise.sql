-- People are erased, after feedback_forget: what is kept of their mailings, for the figures, bears the number that stands for them in the
-- ledger too; of bounces the class and the codes stay. Messages that came in and name an address of theirs go, and so do those that they
-- sent, unless somebody else is known by the same number.
-- p_contacts and p_numbers: every contact that rows of theirs had, and the number in its place.
create or replace function feedback_disguise(
    p_account integer, p_people jsonb, p_contacts bigint[], p_numbers bigint[], p_pattern text
) returns void language sql as $$
    update feedback_event e set contact = t.number, data = case when e.data ? 'link' then jsonb_build_object('link', e.data -> 'link') end,
           key = case when e.key is not null then 'erased:' || gen_random_uuid() end
      from unnest(p_contacts, p_numbers) as t (contact, number) where e.account = p_account and e.contact = t.contact;
    update feedback_order o set contact = t.number, data = null, key = 'erased:' || gen_random_uuid()
      from unnest(p_contacts, p_numbers) as t (contact, number) where o.account = p_account and o.contact = t.contact;
    update feedback_bounce b set normal = p.pseudonym, contact = p.number, text = ''
      from jsonb_to_recordset(p_people) as p (contact bigint, normal text, pseudonym text, number bigint)
     where b.account = p_account and b.normal = p.normal
       and (b.contact = p.contact or not exists (select from audience_contact c where c.id = b.contact and c.account_id = p_account));
    delete from feedback_message m
     where m.account = p_account
       and (m.contact = any(p_contacts)
            or m.number in (select p.normal from jsonb_to_recordset(p_people) as p (normal text))
               and not exists (select from audience_contact c
                                where c.account_id = p_account and c.phone = m.number and c.id <> all(p_contacts))
            or m.text ~* p_pattern);
    delete from feedback_stray s where coalesce(s.account, p_account) = p_account
       -- Octet by octet: they need be UTF-8 no more than free of NUL, which no text of the database holds.
       and (s.why ~* p_pattern or s.uncovered ~* p_pattern or convert_from(decode(
                replace(replace(encode(s.raw, 'escape'), '\\', '/'), '\000', ' '), 'escape'), 'LATIN1')
            ~* convert_from(convert_to(p_pattern, 'UTF8'), 'LATIN1'));
$$;
