-- What a lane needs to know of a mailing; the options of the mailing go before the policy of its account.
select m.id as mailing, m.name, m.channel, m.account_id as account, m.message_id as message, m.transport_id as transport,
       a.policy || m.options as policy, m.plan, a.zone, coalesce(t.version, 0) as version
  from mailing_mailing m
  join account_account a on a.id = m.account_id
  left join account_transport t on t.id = m.transport_id
 where m.id = %(mailing)s
