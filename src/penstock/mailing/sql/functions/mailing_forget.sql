-- People are erased: answers that were kept to be repeated go, where they name them; what stopped a mailing is told without their address.
create or replace function mailing_forget(p_account integer, p_pattern text) returns void language sql as $$
    delete from mailing_repetition where account_id = p_account and (answer::text ~* p_pattern or key ~* p_pattern);
    update mailing_mailing m set reason = regexp_replace(m.reason::text, p_pattern, 'erased', 'gi')::jsonb
     where m.account_id = p_account and m.reason::text ~* p_pattern;
$$;
