-- A mailing whose ledger has to catch up: resumed, or about to be sent again.
select m.account_id as account, mailing_rule(m) as rule,
       m.state, m.stopped_at, m.due_at, now() as now, a.policy || m.options as policy
  from mailing_mailing m join account_account a on a.id = m.account_id
 where m.id = %(mailing)s and m.frozen_at is not null
   and (m.state in ('sending', 'finishing') and m.stopped_at is not null or m.state = 'starting')
