-- Decisions at the gates among the last entries of an account's journal, the newest first. Not more entries are looked at: what was decided long ago
-- is in the journal of its mailing.
select e.mailing_id as mailing, m.name, e.command, e.actor, e.at, e.reason, e.to_state as led_to,
       coalesce((e.data ->> 'reviewed')::boolean, true) as reviewed, coalesce((e.data ->> 'analysed')::boolean, true) as analysed
  from (select * from mailing_entry where account_id = %(account)s order by id desc limit 1000) e
  join mailing_mailing m on m.id = e.mailing_id and m.deleted_at is null
 where e.command in ('approve', 'reject', 'validate')
 order by e.id desc limit %(limit)s
