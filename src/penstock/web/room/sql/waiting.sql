-- How many mailings of the account wait for a person: at a gate, or stopped by the system. Counted no further than 100.
select count(*) from (
  select from mailing_mailing
   where account_id = %(account)s and deleted_at is null and archived_at is null
     and state in ('in_review', 'in_moderation', 'interrupted')
   limit 100) as waiting
