-- The chain that a mailing belongs to, step by step; nothing where it belongs to none.
select x.id, x.name, x.channel, x.state, x.came_from, x.reason, x.version, x.position, x.audience, x.plan, x.started_at, x.finished_at,
       x.started_at is not null or x.frozen_at is not null as has_statistics,
       coalesce(f.recipients, 0) as recipients, coalesce(f.accepted, 0) as accepted
  from mailing_mailing m
  join mailing_mailing x on x.chain_id = m.chain_id and x.deleted_at is null
 cross join lateral (
       select sum(p.size) filter (where p.kind in ('plain', 'skipped')) as recipients, sum(p.accepted + p.delivered) as accepted
         from delivery_package p where p.mailing = x.id) as f
 where m.id = %(mailing)s and m.account_id = %(account)s and m.deleted_at is null
 order by x.position
