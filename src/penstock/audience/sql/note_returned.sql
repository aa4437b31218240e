-- Contacts made by this transaction, or the one given, who were erased once. A suppression that stood as a hash names its address again.
with came as materialized (
    select c.id, c.normal, audience_pseudonym(%(key)s, c.account_id, c.normal) as pseudonym
      from audience_contact c
     where c.account_id = %(account)s
       and case when %(contact)s::bigint is null then c.created_at >= now() else c.id = %(contact)s::bigint end
), back as materialized (
    select c.* from came c join audience_erased e on e.account_id = %(account)s and e.pseudonym = c.pseudonym
), noted as (
    insert into audience_returned (contact, account_id, pseudonym)
    select id, %(account)s, pseudonym from back on conflict do nothing
)
update audience_suppression s set normal = b.normal
  from back b
 where s.account_id = %(account)s and s.normal = b.pseudonym
   and not exists (select from audience_suppression o where o.account_id = %(account)s and o.normal = b.normal)
