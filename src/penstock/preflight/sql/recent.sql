-- The newest mailings of the account that have begun lately and are on the wire or over, without this one and those it corrects.
select m.id, m.name, m.message_id, m.started_at, m.audience
  from mailing_mailing m, mailing_mailing own
 where own.id = %(mailing)s and m.account_id = own.account_id and m.id <> own.id and m.channel = own.channel
   and m.frozen_at is not null and m.started_at > now() - %(since)s::interval
 order by m.started_at desc limit %(most)s
