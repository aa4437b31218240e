insert into feedback_event (account, contact, at, kind, name, mailing, seq, data, key)
values (%(account)s, %(contact)s, coalesce(%(at)s, clock_timestamp()), %(kind)s, %(name)s, %(mailing)s, %(seq)s, %(data)s, %(key)s)
on conflict (account, key) where key is not null do nothing
