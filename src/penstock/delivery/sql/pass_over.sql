-- Those who are meant and get nothing: rows in a package that is never released, with the reason. The ledger answers for everybody.
with person as materialized (
    select c.id, case when {reachable} then {normal} else c.normal end as normal,
           case when {reachable} then {address} else c.address end as address, {reason} as reason,
           (row_number() over (order by c.id))::integer as place
      from {passed_over}
), written as (
    -- Who has a number that somebody stands there with already is told apart by the contact.
    insert into delivery_recipient (mailing, seq, contact, package, normal, address, twin)
    select %(mailing)s, %(last_seq)s + place, id, %(no)s, normal, nullif(address, normal), case reason when 'duplicate' then id end from person
), noted as (
    insert into delivery_outcome (at, mailing, package, seq, reply, transport, state)
    select now(), %(mailing)s, %(no)s, %(last_seq)s + place, known.id, 0, 4
      from person join (select r.reason, delivery_reply_id(0, '', r.reason, 'skip') as id
                          from (select distinct reason from person) r) known using (reason)
), packed as (
    insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq, cursor, skipped, closed_at)
    select %(mailing)s, %(no)s, 'skipped', 'done', now(), count(*), %(last_seq)s + 1, count(*), count(*), now()
      from person having count(*) > 0
)
select count(*)::integer from person
