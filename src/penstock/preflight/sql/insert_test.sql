insert into preflight_test (account_id, mailing_id, message_id, revision, contact, address, prefix, asked_by, asked_at)
select account_id, id, message_id, revision, %(contact)s, %(address)s, %(prefix)s, %(who)s, clock_timestamp()
  from mailing_mailing where id = %(mailing)s
returning id
