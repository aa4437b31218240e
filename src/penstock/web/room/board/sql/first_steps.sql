-- What an account has of what a first mailing takes, and whether there ever was one.
select exists (select from account_transport where account_id = %(account)s) as transport,
       exists (select from audience_contact where account_id = %(account)s) as contacts,
       exists (select from mailing_mailing where account_id = %(account)s) as mailing
