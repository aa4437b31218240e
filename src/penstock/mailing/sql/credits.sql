-- The credits of a mailing, for its account counts them: what is available, what it needs beyond what it has, how many there can be at
-- most where nobody has counted (the people on its list, as far as that matters), and the others that start by themselves.
select coalesce(b.available, 0), n.needed, n.exact,
       case when n.needed is null and m.channel = 'email' and m.audience ->> 'list' ~ '^\d{1,9}$'
            then (select count(*) from (select from audience_membership x where x.list_id = (m.audience ->> 'list')::integer
                                         limit %(looked)s) as few) end,
       others.due_at, others.needed, n.basis
  from mailing_mailing m
  left join lateral (
       select array_agg(o.due_at) as due_at, array_agg(o.needed) as needed
         from account_credits_planned(m.account_id, m.channel) o
        where o.mailing <> m.id and o.needed > 0) others
    on m.state in ('draft', 'in_review', 'in_moderation', 'parked', 'scheduled', 'queued', 'cancelled', 'expired')
  left join account_credit_balance b on b.account_id = m.account_id and b.channel = m.channel
 cross join lateral account_credits_needed(m.id) n
 where m.id = %(mailing)s
