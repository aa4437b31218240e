-- Recipients in the ledger whose address begins so, by address; `looked` and `reached` as in find_rule.
with near as materialized (
    select r.contact, coalesce(r.address, r.normal) as address, r.normal
      from delivery_recipient r
     where r.mailing = %(mailing)s and r.package > 0 and starts_with(r.normal, %(prefix)s) and r.normal > %(after)s
     order by r.normal limit %(portion)s
), fit as (
    select c.id as contact, near.address, {every} as attributes, near.normal
      from near join audience_contact c on c.id = near.contact and c.account_id = %(account)s
)
select s.looked, s.reached, f.*
  from (select count(*) as looked, max(normal) as reached from near) s left join fit f on true
 order by f.normal
