-- Gateways whose receipts are waited for, and that have no webhook to tell them at, or one that believes nothing.
select a.name, t.id, t.name, h.id is not null as made
  from account_transport t
  join account_account a on a.id = t.account_id
  left join feedback_hook h on h.transport = t.id
 where t.channel = 'sms' and t.receipts
   and exists (select from account_server s where s.transport_id = t.id and s.enabled and s.url ~ '^(sms[+]https?|twilio):'
                  and s.url !~ '[?&]ask=')
   and (h.id is null or h.provider = 'gateway' and h.key is null
        and not exists (select from account_server s where s.transport_id = t.id and s.url like '%signature=none%'))
 order by t.id
