select id, account_id as account, name, channel, state, came_from, reason, version, revision, message_id as message,
       transport_id as transport, audience, segments, plan, options,
       digest, authors, due_at, ends_at, first_at, undo_until, approved_size, copied_from_id as copied_from, fixes_id as fixes,
       array(select x.id from mailing_mailing x where x.fixes_id = m.id and x.deleted_at is null order by x.id) as corrections,
       created_at, submitted_at, approved_at, started_at, frozen_at, finished_at, archived_at, tags,
       chain_id as chain, position
  from mailing_mailing m
 where deleted_at is null and account_id = %(account)s and id = any(%(mailings)s::integer[])
