-- The mailings that are watched and move; `lately` are those that stopped a moment ago, whose last answers still come in.
select id, account_id, state, version, name
  from mailing_mailing
 where account_id = any(%(accounts)s::integer[]) and frozen_at is not null and deleted_at is null
   and (state in ('starting', 'sending', 'finishing', 'cancelling') or id = any(%(lately)s::integer[]))
