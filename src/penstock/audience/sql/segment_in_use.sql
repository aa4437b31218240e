-- A few are enough to name. Those that were submitted have the definition of then, but may become drafts again.
select id from mailing_mailing
 where account_id = %(account)s and deleted_at is null
   and (audience -> 'segment' = to_jsonb(%(segment)s::integer) or audience -> 'not_segment' @> to_jsonb(%(segment)s::integer))
   and state not in ('sent', 'cancelled', 'expired')
 order by id limit 5
