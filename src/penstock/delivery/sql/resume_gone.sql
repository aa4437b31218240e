-- Who is still to be sent to and is not meant any more: skipped when the package comes to them. Of a package in which some were claimed
-- all are asked after: what was claimed last may be given back. Returns how many have left since the last time.
with meant as materialized (
    select {normal} as normal from {people} and {chosen}
), open as materialized (
    select r.seq, r.normal
      from delivery_package p
      join delivery_recipient r on r.mailing = p.mailing and r.seq between p.first_seq and p.first_seq + p.size - 1
     where p.mailing = %(mailing)s and p.kind = 'plain' and p.state in ('waiting', 'active')
    union all
    select r.seq, r.normal
      from delivery_package p cross join unnest(p.positions) as n (seq)
      join delivery_recipient r on r.mailing = p.mailing and r.seq = n.seq
     where p.mailing = %(mailing)s and p.state in ('waiting', 'active')
    union all
    select r.seq, r.normal
      from delivery_due d join delivery_recipient r on r.mailing = d.mailing and r.seq = d.seq
     where d.mailing = %(mailing)s and d.closed is null
), back as (
    delete from delivery_left l using open o, meant b
     where l.mailing = %(mailing)s and l.seq = o.seq and b.normal = o.normal
), gone as (
    insert into delivery_left (mailing, seq, reason)
    select distinct %(mailing)s, o.seq, %(reason)s
      from open o
     where not exists (select from meant b where b.normal = o.normal)
       and not exists (select from delivery_outcome d where d.mailing = %(mailing)s and d.seq = o.seq and d.state not in (2, 3))
        on conflict do nothing
    returning 1
)
select count(*)::integer from gone
