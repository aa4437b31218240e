insert into notices_webhook (account_id, url, description, events, secret, made_at, made_by, failures, disabled_why)
values (%(account)s, %(url)s, %(description)s, %(events)s, %(secret)s, now(), %(made_by)s, 0, '')
returning id
