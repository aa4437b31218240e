-- Which of the things that a draft names belong to the account; of the transport what it carries, of the earlier step how it went.
select exists (select from audience_list where id = %(list)s and account_id = %(account)s),
       (select channel from account_transport where id = %(transport)s and account_id = %(account)s),
       array(select id from mailing_mailing where id = any(%(mailings)s) and account_id = %(account)s),
       array(select id from audience_segment where id = any(%(segments)s) and account_id = %(account)s),
       (select channel from mailing_mailing where id = %(step)s and account_id = %(account)s)
