-- People are erased: what notices and webhooks quoted, a reply with an address in it perhaps, is quoted without.
create or replace function notices_forget(p_account integer, p_pattern text) returns void language sql as $$
    update notices_notice n
       set subject = regexp_replace(n.subject, p_pattern, 'erased', 'gi'), text = regexp_replace(n.text, p_pattern, 'erased', 'gi'),
           data = regexp_replace(n.data::text, p_pattern, 'erased', 'gi')::jsonb
     where n.account_id = p_account and (n.subject ~* p_pattern or n.text ~* p_pattern or n.data::text ~* p_pattern);
    update notices_delivery d set body = regexp_replace(d.body, p_pattern, 'erased', 'gi')
      from notices_webhook w where w.id = d.webhook_id and w.account_id = p_account and d.body ~* p_pattern;
    update notices_attempt a
       set error = regexp_replace(a.error, p_pattern, 'erased', 'gi'), response = regexp_replace(a.response, p_pattern, 'erased', 'gi')
      from notices_delivery d join notices_webhook w on w.id = d.webhook_id
     where d.id = a.delivery_id and w.account_id = p_account and (a.error ~* p_pattern or a.response ~* p_pattern);
$$;
