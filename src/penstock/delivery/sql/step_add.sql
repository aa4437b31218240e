with gate as materialized (
    select pg_advisory_xact_lock(7001, %(mailing)s)
), there as (
    select coalesce(max(r.seq), 0) as seq, (select coalesce(max(no), 0) + 1 from delivery_package where mailing = %(mailing)s) as no
      from gate left join delivery_recipient r on r.mailing = %(mailing)s
), made as (
    insert into delivery_recipient (mailing, seq, contact, package, normal, address)
    select %(mailing)s, there.seq + row_number() over (order by c.id), c.id, there.no, c.normal, nullif(c.address, c.normal)
      from there, audience_contact c
     where c.id = any(%(contacts)s::bigint[]) and c.account_id = %(account)s
       and not exists (select from delivery_recipient r where r.mailing = %(mailing)s and r.normal = c.normal)
       and not exists (select from audience_suppression s where s.account_id = c.account_id and s.normal = c.normal)
    returning seq, package
), packed as (
    insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq)
    select %(mailing)s, package, 'plain', 'waiting', now(), count(*), min(seq) from made group by package
)
select count(*) from made
