select pg_notify(%(channel)s, id || ' ' || state || ' ' || version)
  from mailing_mailing
 where state in ('starting', 'sending', 'finishing', 'cancelling')
   and (%(account)s::integer is null or account_id = %(account)s)
