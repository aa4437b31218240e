-- Those who are suppressed (or capped) and are added all the same: rows and a package of their own, which is never released, with the reason.
with person as materialized (
    select c.id, c.normal, c.address, coalesce(s.reason, 'capped') as reason, (row_number() over (order by c.id))::integer as place
      from {people} left join audience_suppression s on s.account_id = c.account_id and s.normal = c.normal
     where {where} and (s.normal is not null or {capped})
), written as (
    insert into delivery_recipient (mailing, seq, contact, package, normal, address)
    select %(mailing)s, %(last_seq)s + place, id, %(last_no)s + 1, normal, nullif(address, normal) from person
), noted as (
    insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)
    select now(), %(mailing)s, %(last_no)s + 1, %(last_seq)s + place, delivery_reply_id(0, '', reason, 'skip'), 0, 4 from person
), packed as (
    insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, cursor, skipped, closed_at)
    select %(mailing)s, %(last_no)s + 1, 'skipped', 'done', now(), count(*), %(last_seq)s + 1, count(*), count(*), now()
      from person having count(*) > 0
)
select count(*)::integer from person
