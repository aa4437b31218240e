select id, account_id as account, name, channel, state, came_from, reason, version, revision, message_id as message,
       transport_id as transport, audience, plan, options, created_at, submitted_at, approved_at, started_at, frozen_at, finished_at
  from mailing_mailing
 where account_id = %(account)s and id = %(mailing)s
