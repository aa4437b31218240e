-- Messages of a mailing that the other side has accepted and will tell more about: receipts are expected over its transport, and the retry
-- window is open. It runs from the end of their package; of those who were tried again from the first attempt of the last one among them.
-- Then they stay accepted, and nobody waits for them any more. None by e-mail: what comes back of it is told by nobody in advance.
create or replace function delivery_awaiting(p_mailing integer) returns bigint language sql stable as $$
    select coalesce(sum(p.accepted), 0)
      from mailing_mailing m
      join account_transport t on t.id = m.transport_id
      join account_account a on a.id = m.account_id
      join delivery_package p on p.mailing = m.id
     where m.id = p_mailing and m.channel = 'sms' and t.receipts and p.accepted > 0
       and (p.closed_at is null
            or case when p.kind = 'retry' then (select max(s) from unnest(p.since) as s) else p.closed_at end
               > now() - make_interval(secs => 3600 * coalesce(
                    (m.options ->> 'retry_window_hours')::float, (a.policy ->> 'retry_window_hours')::float, 48)))
$$;
