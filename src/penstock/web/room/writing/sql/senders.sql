-- The senders of the account's latest mailings of a channel, each once.
select sender
  from (select c.sender, m.id
          from mailing_mailing m
          join content_message c on c.id = m.message_id
         where m.account_id = %(account)s and m.channel = %(channel)s and c.sender <> ''
         order by m.id desc limit 50) as latest
 group by sender
 order by max(id) desc
 limit 10
