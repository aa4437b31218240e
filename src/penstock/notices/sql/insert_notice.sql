insert into notices_notice (uuid, account_id, mailing_id, entry, kind, at, subject, text, data)
values (%(uuid)s, %(account)s, %(mailing)s, %(entry)s, %(kind)s, %(at)s, %(subject)s, %(text)s, %(data)s)
returning id
