-- Recipients whose address begins so, by address, as a freeze would choose them now: of the next members of the list of whom it does,
-- those that fit. `looked`: how many were looked at, `reached`: the last of them; at least one row, also where nobody fits.
with near as materialized (
    select c.id as contact_id, {normal} as normal
      from audience_contact c
     where c.account_id = %(account)s and {reachable} and starts_with({normal}, %(prefix)s) and {normal} > %(after)s
       and (%(list)s::integer is null
            or exists (select from audience_membership m where m.list_id = %(list)s::integer and m.contact_id = c.id))
     order by {normal} limit %(portion)s
), fit as (
    select c.id as contact, {address} as address, {every} as attributes, {normal} as normal
      from near join audience_contact c on c.id = near.contact_id
     where {chosen} and not {suppressed} and not {second}
     order by {normal} limit %(portion)s
)
select s.looked, s.reached, f.*
  from (select count(*) as looked, max(normal) as reached from near) s left join fit f on true
 order by f.normal
