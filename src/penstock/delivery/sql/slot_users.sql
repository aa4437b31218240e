-- How many others use now what has a limit of connections, and how many of them come before this one: a mailing of a sender. Each says
-- with its beat which servers its mailing uses. What is sent to a domain is used by who has a package of it, or may have one.
select count(*) filter (where (u.mailing, u.sender) <> (%(mailing)s::integer, %(sender)s::integer)),
       count(*) filter (where (u.mailing, u.sender) < (%(mailing)s::integer, %(sender)s::integer))
  from (select distinct h.mailing, h.sender
          from delivery_health h join mailing_mailing m on m.id = h.mailing
         where h.beat_at > clock_timestamp() - interval '4 s'
           and case %(scope)s::text
                    when 'server' then h.server::text = %(key)s and exists (   -- who has nothing to send now leaves it to the others
                         select from delivery_package p
                          where p.mailing = h.mailing and (p.state = 'active' and p.sender = h.sender
                                                           or p.state = 'waiting' and p.release_at <= now()))
                    when 'mailing' then h.mailing = split_part(%(key)s, '@', 1)::integer
                    else exists (select from account_limit l
                                  where l.id::text = %(key)s and (l.account_id is null or l.account_id = m.account_id)
                                    and case l.scope
                                             when 'account' then l.value = m.account_id::text
                                             when 'transport' then l.value = m.transport_id::text
                                             when 'domain' then exists (
                                                  select from delivery_package p
                                                   where p.mailing = h.mailing and p.lane = l.value
                                                     and (p.state = 'active' and p.sender = h.sender
                                                          or p.state = 'waiting' and p.release_at <= now()))
                                             else true end)
               end) u
