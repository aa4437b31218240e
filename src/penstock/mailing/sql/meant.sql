-- How many a mailing goes to, where that is known without looking through an audience: as it was counted when it was submitted, else the
-- members of its whole list who are not suppressed. No row: it has been frozen, or its rule asks for more than a list. Members are
-- counted no further than one beyond %(most)s, and who is suppressed is looked for only where there are more.
with rule as (
    select m.account_id, case when m.state <> 'draft' then m.approved_size end as counted, (m.audience ->> 'list')::integer as list
      from mailing_mailing m
     where m.id = %(mailing)s and m.frozen_at is null
       and (m.state <> 'draft' and m.approved_size is not null
            or m.audience ? 'list' and not exists (
                select from jsonb_each(m.audience - 'list') as further where further.value not in ('[]', 'null')))
), members as (
    select count(*) as n from (
           select from rule join audience_membership m on m.list_id = rule.list where rule.counted is null limit %(most)s + 1) as first
)
select coalesce(rule.counted, case when members.n <= %(most)s then members.n else (
           select count(*) from audience_membership where list_id = rule.list)
         - (select count(*) from audience_suppression s
              join audience_contact c on c.account_id = s.account_id and c.normal = s.normal
              join audience_membership m on m.contact_id = c.id and m.list_id = rule.list
             where s.account_id = rule.account_id) end)
  from rule, members
