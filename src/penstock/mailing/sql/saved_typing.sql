-- What somebody types goes on with the version that they began minutes ago, unless that one was submitted.
update mailing_saved s
   set message_id = %(message)s
 where s.id = (select max(n.id) from mailing_saved n where n.mailing_id = %(mailing)s)
   and s.identity = %(who)s and s.revision = %(revision)s and s.at > now() - interval '5 minutes'
   and not exists (select from mailing_submission x
                    where x.mailing_id = s.mailing_id and x.message_id = s.message_id and x.at >= s.at)
