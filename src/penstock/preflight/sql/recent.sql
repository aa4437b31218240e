-- The newest mailings of the account that have begun lately and are on the wire or over, without this one and those whose
-- recipients its audience rule leaves out: nobody gets both then.
select m.id, m.name, m.message_id, m.started_at
  from mailing_mailing m, mailing_mailing own
 where own.id = %(mailing)s and m.account_id = own.account_id and m.id <> own.id and m.channel = own.channel
   and m.frozen_at is not null and m.started_at > now() - %(since)s::interval
   and not coalesce(own.audience -> 'not_reached_by' @> to_jsonb(m.id), false)
 order by m.started_at desc limit %(most)s
