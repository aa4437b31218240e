-- Contacts made (or changed) by this transaction, or the one given, who were erased once, as their address or their number tells. A suppression that
-- stood as a hash names what it is of again.
with came as materialized (
    select c.id, own.normal, audience_pseudonym(%(key)s, c.account_id, own.normal) as pseudonym
      from audience_contact c
     cross join lateral (values (c.normal), (case when c.phone <> c.normal then c.phone end)) as own (normal)
     where c.account_id = %(account)s and own.normal is not null
       and case when %(contact)s::bigint is not null then c.id = %(contact)s::bigint
                else c.created_at >= now() or (%(changed)s and c.updated_at >= now()) end
), back as materialized (
    select c.* from came c join audience_erased e on e.account_id = %(account)s and e.pseudonym = c.pseudonym
), noted as (
    insert into audience_returned (contact, account_id, pseudonym)
    select distinct id, %(account)s::integer, pseudonym from back on conflict do nothing
)
update audience_suppression s set normal = b.normal
  from (select distinct normal, pseudonym from back) b
 where s.account_id = %(account)s and s.normal = b.pseudonym
   and not exists (select from audience_suppression o where o.account_id = %(account)s and o.normal = b.normal)
