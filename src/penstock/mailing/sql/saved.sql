-- The messages that a mailing has had, newest first: numbers below `before`, or the one `number`.
with numbered as (
     select s.*, row_number() over (order by s.id)::integer as number, lead(s.at) over (order by s.id) as until
       from mailing_saved s
      where s.mailing_id = %(mailing)s)
select n.number, n.message_id as message, n.revision, n.identity as who, n.at, c.sender, case when c.channel = 'sms' then coalesce(left(c.text, 100), '') else c.subject end as subject, n.until is null as current,
       (select max(x.at) from mailing_submission x
         where x.mailing_id = n.mailing_id and x.message_id = n.message_id
           and x.at >= n.at and x.at < coalesce(n.until, 'infinity')) as submitted_at
  from numbered n
  join content_message c on c.id = n.message_id
 where n.number < %(before)s and (%(number)s::integer is null or n.number = %(number)s)
 order by n.number desc
 limit %(limit)s
