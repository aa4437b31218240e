select id from mailing_mailing
 where account_id = %(account)s and state in ('starting', 'sending', 'paused', 'interrupted', 'finishing')
 order by id
