-- Take a test into the hands of this session, which holds its lock. It is committed before the first byte leaves.
update preflight_test set state = 'sending', begun_at = clock_timestamp()
 where id = %(test)s and state = 'waiting'
returning id, mailing_id as mailing, message_id as message, revision, contact, address, prefix
