-- How many others use now what has a limit of connections, and how many of them come before this one: a mailing of a sender. Each says
-- with its beat which servers its mailing uses; what a domain or a limit of the platform concerns, all of them may use.
select count(*) filter (where (u.mailing, u.sender) <> (%(mailing)s::integer, %(sender)s::integer)),
       count(*) filter (where (u.mailing, u.sender) < (%(mailing)s::integer, %(sender)s::integer))
  from (select distinct h.mailing, h.sender
          from delivery_health h join mailing_mailing m on m.id = h.mailing
         where h.beat_at > clock_timestamp() - interval '4 s'
           and case %(scope)s::text
                    when 'server' then h.server::text = %(key)s
                    when 'mailing' then h.mailing = split_part(%(key)s, '@', 1)::integer
                    else exists (select from account_limit l
                                  where l.id::text = %(key)s and (l.account_id is null or l.account_id = m.account_id)
                                    and case l.scope when 'account' then l.value = m.account_id::text
                                                     when 'transport' then l.value = m.transport_id::text else true end)
               end) u
