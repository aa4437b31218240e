-- Whom of an account a number means: the newest mailing by SMS that was handed over to it, and which recipient of it that was; else the
-- contact who has had the number longest. One probe for each of the newest mailings, up to the first that went there.
select found.mailing, found.seq, coalesce(found.contact, c.id) as contact
  from (select %(account)s::integer as account, %(number)s::text as number) as asked
  left join lateral (
       select m.id as mailing, r.seq, r.contact
         from (select id, frozen_at from mailing_mailing
                where account_id = asked.account and channel = 'sms' and frozen_at is not null
                order by frozen_at desc, id desc limit 1000) as m
        cross join lateral (
              select r.seq, r.contact from delivery_recipient r
               where r.mailing = m.id and r.normal = asked.number and r.package > 0
                 and exists (select from delivery_outcome o
                              where o.mailing = r.mailing and o.seq = r.seq and o.state in (1, 5, 6, 7))
               order by r.seq limit 1) as r
        order by m.frozen_at desc, m.id desc limit 1) as found on true
  left join lateral (
       select min(id) as id from audience_contact
        where account_id = asked.account and phone = asked.number and found.contact is null) as c on true
