-- The mailings of an account that wait at a gate, those first that were to go first: at their time, or (without one) since they were
-- submitted. Each with what an approver decides about; the analysis is the newest of exactly what the mailing is now.
with gate as (
    select m.*, coalesce(m.due_at, m.submitted_at, m.created_at) as waits_since
      from mailing_mailing m
     where m.account_id = %(account)s and m.deleted_at is null and m.archived_at is null and m.state in ('in_review', 'in_moderation')
       and (%(only)s::integer is null or m.id = %(only)s)
), page as (
    select * from gate
     where %(since)s::timestamptz is null or (waits_since, id) > (%(since)s, %(after)s)
     order by waits_since, id limit %(limit)s
)
select m.id, m.name, m.state, m.version, m.revision, m.digest, m.reason, m.plan, m.due_at, m.ends_at, m.submitted_at, m.waits_since,
       m.approved_size as size, m.authors, m.options, a.policy, c.subject, c.sender, l.name as list_name,
       (select s.identity from mailing_submission s where s.mailing_id = m.id order by s.id desc limit 1) as submitted_by,
       array(select p.identity from mailing_approval p
              where p.mailing_id = m.id and p.kind = 'approval' and p.digest = m.digest and p.voided_at is null order by p.id) as approvers,
       x.state as analysis, case when x.total > 0 then least(99, 100 * x.done / x.total) else 0 end as percent,
       coalesce(f.blockers, 0) as blockers, coalesce(f.warnings, 0) as warnings
  from page m
  join account_account a on a.id = m.account_id
  left join content_message c on c.id = m.message_id
  left join audience_list l on l.account_id = m.account_id
       and l.id = case when m.audience ->> 'list' ~ '^\d{1,9}$' then (m.audience ->> 'list')::integer end
  left join lateral (
       select y.id, y.state, y.total, y.done from preflight_analysis y
        where y.mailing_id = m.id and y.message_id = m.message_id and y.audience = m.audience order by y.id desc limit 1) x on true
  left join lateral (
       select count(*) filter (where severity = 'blocker') as blockers, count(*) filter (where severity = 'warning') as warnings
         from preflight_finding where analysis_id = x.id) f on true
 order by m.waits_since, m.id
