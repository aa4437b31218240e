-- Mailings that may have the same tags for web analytics: (number, name, its own utm_campaign). Of names beyond ASCII the caller makes
-- the slug itself; of the others it is made here, as content.utm does.
select o.id, o.name, o.options ->> 'utm_campaign'
  from mailing_mailing o
 where o.account_id = %(account)s and o.id <> %(mailing)s and o.deleted_at is null
   and coalesce(o.options ->> 'utm_tags', %(policy)s::text) = 'on'
   and coalesce(o.options ->> 'utm_source', 'penstock') = %(utm_source)s
   and coalesce(o.options ->> 'utm_medium', o.channel) = %(utm_medium)s
   and coalesce(o.options ->> 'utm_campaign' = %(utm_campaign)s,
                o.name ~ '[^ -~]'
                or rtrim(left(btrim(regexp_replace(lower(o.name), '[^a-z0-9]+', '-', 'g'), '-'), 100), '-') = %(utm_campaign)s)
 order by o.id desc
 limit 1000
