-- Of e-mail: what comes back of SMS comes by the transport itself. Listeners keep a connection open for as long as they run, and say on it who they are.
select a.id as account, a.name,
       (select count(*) from pg_stat_activity s
         where (s.application_name = %(listener)s or starts_with(s.application_name, %(listener)s || ', ')) and s.datname = current_database())::integer as listeners,
       (select count(*) from feedback_mailbox m where m.account_id = a.id and m.enabled)::integer as mailboxes,
       (select count(*) from feedback_mailbox m
         where m.account_id = a.id and m.enabled and m.failing_since is not null)::integer as failing,
       (select count(*) from feedback_hook h join account_transport t on t.id = h.transport
         where h.account = a.id and t.channel = 'email')::integer as hooks,
       exists (select from account_transport t where t.account_id = a.id and not t.is_local and t.channel = 'email') as leaves
  from account_account a
 where %(account)s::integer is null or a.id = %(account)s
 order by a.id
