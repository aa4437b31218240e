-- A contact among the cases of one finding, or of a whole analysis: the worst first, each contact once, those who are contacts
-- still. With the ones before and after it; where the contact is none of them (or none is named) the first one.
with ranked as (
    select k.contact, row_number() over (
               order by array_position(array['blocker', 'warning', 'note'], f.severity), f.rank, f.id, k.weight desc, k.contact) as n
      from preflight_finding f join preflight_case k on k.finding_id = f.id
     where f.analysis_id = %(analysis)s and f.id = coalesce(%(finding)s, f.id)
), once as (
    select contact, min(n) as n from ranked group by contact
), placed as (
    select o.contact, row_number() over w as place, count(*) over () as total, lag(o.contact) over w as previous, lead(o.contact) over w as next
      from once o join audience_contact c on c.id = o.contact and c.account_id = %(account)s
    window w as (order by o.n)
)
select contact, place, total, previous, next from placed
 where contact = %(contact)s or place = 1
 order by contact = %(contact)s desc nulls last limit 1
