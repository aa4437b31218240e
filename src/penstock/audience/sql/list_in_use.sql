-- A few are enough to name. Those at their end have their ledger, or need no audience any more.
select id from mailing_mailing
 where account_id = %(account)s and deleted_at is null and (audience ->> 'list')::integer = %(list)s
   and state not in ('sent', 'cancelled', 'expired')
 order by id limit 5
