-- Begin an analysis, or begin it again after whoever was at it died: what was found so far is forgotten.
update preflight_analysis a
   set state = 'running', started_at = clock_timestamp(), beat_at = clock_timestamp(), total = null, done = 0
  from mailing_mailing m join account_account o on o.id = m.account_id
 where a.id = %(analysis)s and a.state in ('waiting', 'running') and m.id = a.mailing_id
returning a.account_id as account, a.mailing_id as mailing, m.name, a.message_id as message, a.options,
          mailing_rule(m) - array(select jsonb_object_keys(m.audience)) || a.audience as audience,
          m.transport_id as transport, o.policy || m.options as policy
