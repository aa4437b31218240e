select n.id, n.uuid, n.account_id as account, n.mailing_id as mailing, n.kind, n.at, n.subject, n.text, n.data,
       case when %(identity)s::text is null then n.read_at else c.read_at end as read_at, c.state as email, c.reply
  from notices_notice n
  left join notices_copy c on c.notice_id = n.id and c.identity = %(identity)s::text
 where n.account_id = %(account)s
   and (%(identity)s::text is null or c.id is not null)
   and (not %(unread)s or case when %(identity)s::text is null then n.read_at else c.read_at end is null)
   and (%(mailing)s::integer is null or n.mailing_id = %(mailing)s)
   and (%(before)s::bigint is null or n.id < %(before)s)
 order by n.id desc
 limit %(limit)s
