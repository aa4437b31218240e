-- Recipients beyond a place in the ledger, in its order: whoever was chosen when it was frozen, and is a contact still.
-- `looked`: how many were looked at, `reached`: the last of them; at least one row, also where nobody fits.
with near as materialized (
    select seq, contact, coalesce(address, normal) as address from delivery_recipient
     where mailing = %(mailing)s and package > 0 and seq {beyond} %(place)s
     order by seq {order} limit %(portion)s
), fit as (
    select near.seq as place, c.id as contact, near.address, {every} as attributes
      from near join audience_contact c on c.id = near.contact
     where c.account_id = %(account)s and {matching}
     order by near.seq {order} limit %(limit)s
)
select s.looked, s.reached, f.*
  from (select count(*) as looked, {last}(seq) as reached from near) s left join fit f on true
 order by f.place {order}
