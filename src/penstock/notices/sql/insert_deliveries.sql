-- One delivery for each webhook of the account that listens to this kind and is not disabled.
insert into notices_delivery (webhook_id, notice_id, uuid, kind, body, at, state, attempts, due_at)
select w.id, %(notice)s, %(uuid)s, %(kind)s, %(body)s, %(at)s, 'waiting', 0, now()
  from notices_webhook w
 where w.account_id = %(account)s and w.disabled_at is null
   and (w.events = '{}' or %(kind)s = any(w.events))
