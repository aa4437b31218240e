-- Mailings that may have the same tags for web analytics: (number, name, its own utm_campaign). Whether a name makes the same slug the
-- caller says (content.utm): here it only has the slug's words in their order, or letters beyond ASCII. Cheap, for it is asked of all.
select o.id, o.name, o.options ->> 'utm_campaign'
  from mailing_mailing o
 where o.account_id = %(account)s and o.id <> %(mailing)s and o.deleted_at is null
   and (lower(o.name) like %(words)s or octet_length(o.name) <> length(o.name) or o.options ? 'utm_campaign')
   and coalesce(o.options ->> 'utm_campaign', %(utm_campaign)s) = %(utm_campaign)s
   and coalesce(o.options ->> 'utm_tags', %(policy)s::text) = 'on'
   and coalesce(o.options ->> 'utm_source', 'penstock') = %(utm_source)s
   and coalesce(o.options ->> 'utm_medium', o.channel) = %(utm_medium)s
 order by o.id desc
 limit 1000
