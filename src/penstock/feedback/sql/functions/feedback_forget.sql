-- A contact is erased: what others told of it goes, and what is kept of its mailings, as the ledger is, bears no particulars. Of its
-- orders those that count for no mailing go; the others stay as what a mailing brought in.
create or replace function feedback_forget(p_account integer, p_contact bigint) returns void
language sql as $$
    delete from feedback_event where account = p_account and contact = p_contact and mailing is null;
    update feedback_event set data = case when data ? 'link' then jsonb_build_object('link', data -> 'link') end
     where account = p_account and contact = p_contact and data is not null;
    delete from feedback_order where account = p_account and contact = p_contact and mailing is null;
    update feedback_order set data = null
     where account = p_account and contact = p_contact and data is not null;
$$;
