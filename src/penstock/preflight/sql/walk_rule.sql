-- Recipients beyond a place, as a freeze would choose them now: of the next members of the list in the order of the contacts, those
-- that fit. `looked`: how many members were looked at, `reached`: the last of them; at least one row, also where nobody fits.
with near as materialized (
    select contact_id from {members} m
     where contact_id {beyond} %(place)s
     order by contact_id {order} limit %(portion)s
), fit as (
    select c.id as place, c.id as contact, {address} as address, {every} as attributes
      from near join audience_contact c on c.id = near.contact_id
     where c.account_id = %(account)s and {reachable} and {chosen} and not {suppressed} and not {second} and {matching}
     order by c.id {order} limit %(limit)s
)
select s.looked, s.reached, f.*
  from (select count(*) as looked, {last}(contact_id) as reached from near) s left join fit f on true
 order by f.place {order}
