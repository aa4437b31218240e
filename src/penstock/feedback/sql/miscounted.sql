-- Where the counters of a mailing do not agree with what was noted: kind, link, people counted, people noted, times counted, events.
with counted as (
    select kind, link, people, total from feedback_count where mailing = %(mailing)s
), seen as (
    select kind, link, count(*) as people from feedback_seen where mailing = %(mailing)s group by 1, 2
), noted as (
    select e.kind, l.link, count(*) as events, count(distinct e.seq) as people
      from feedback_event e
     cross join lateral (select 0 union select (e.data ->> 'link')::integer where jsonb_typeof(e.data -> 'link') = 'number') as l (link)
     where e.mailing = %(mailing)s and e.seq is not null group by 1, 2
), hours as (
    select kind, 0 as link, sum(people) as people, sum(total) as total from feedback_hour where mailing = %(mailing)s group by 1
)
select kind, link, coalesce(c.people, 0), coalesce(s.people, 0), coalesce(c.total, 0), coalesce(n.events, 0)
  from counted c full join seen s using (kind, link) full join noted n using (kind, link) full join hours h using (kind, link)
 where coalesce(c.people, 0) <> coalesce(s.people, 0) or coalesce(c.people, 0) <> coalesce(n.people, 0)
    or coalesce(c.total, 0) < coalesce(n.events, 0)
    or link = 0 and (coalesce(c.people, 0) <> coalesce(h.people, 0) or coalesce(c.total, 0) <> coalesce(h.total, 0))
 order by kind, link
