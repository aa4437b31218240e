-- What the lifecycle asks of the ledger about one mailing (mailing.facts), from the packages' counters.
drop function if exists delivery_facts(integer) cascade;
create or replace function delivery_facts(
    p_mailing integer,
    out recipients bigint,      -- the audience, skipped ones included
    out sendable bigint,        -- the audience without those skipped when frozen
    out unbegun bigint,         -- positions not yet claimed in packages of those never handed off
    out retrying bigint,        -- positions not yet claimed in retry packages
    out begun_left bigint,      -- of those two, the ones in packages that have begun; and those given back
    out unbegun_packages bigint,  -- open packages of those never handed off that nothing was claimed from, nor from their batch
    out batch_left bigint,      -- positions in packages that have not begun, though their batch has
    out in_flight bigint,       -- claimed and not recorded
    out in_doubt bigint,
    out ended bigint,           -- recorded as cancelled or expired
    out expired bigint,         -- of those: expired
    out due_returned bigint,    -- waiting to be packed again, never handed off
    out due_withheld bigint,    -- of those: kept back by a kill switch on their domain
    out due_deferred bigint,    -- waiting for their time to be tried again
    out awaiting bigint         -- accepted, and a receipt is to tell what has become of them (delivery_awaiting)
) language sql stable as $$
    select p.recipients, p.sendable, p.unbegun, p.retrying, p.begun_left + d.returned, p.unbegun_packages, p.batch_left, p.in_flight, p.in_doubt,
           p.ended + d.ended, p.expired + d.expired, d.returned, d.withheld, d.deferred, delivery_awaiting(p_mailing)
      from (select coalesce(sum(size) filter (where kind in ('plain', 'skipped')), 0) as recipients,
                   coalesce(sum(size) filter (where kind = 'plain'), 0) as sendable,
                   coalesce(sum(size - cursor) filter (where kind in ('plain', 'again') and state in ('waiting', 'active')), 0) as unbegun,
                   coalesce(sum(size - cursor) filter (where kind = 'retry' and state in ('waiting', 'active')), 0) as retrying,
                   coalesce(sum(size - cursor) filter (where state in ('waiting', 'active') and begun_at is not null), 0) as begun_left,
                   count(*) filter (where kind = 'plain' and state = 'waiting' and begun_at is null and not package.in_begun_batch) as unbegun_packages,
                   coalesce(sum(size) filter (where kind = 'plain' and state = 'waiting' and begun_at is null and package.in_begun_batch), 0) as batch_left,
                   coalesce(sum(cursor - package.in_doubt - returned - deferred - skipped - accepted - delivered - bounced), 0) as in_flight,
                   coalesce(sum(package.in_doubt), 0) as in_doubt,
                   coalesce(sum(size - cursor) filter (where state in ('cancelled', 'expired')), 0) as ended,
                   coalesce(sum(size - cursor) filter (where state = 'expired'), 0) as expired
              from (select o.*, o.slot is not null and o.begun_at is null and o.state = 'waiting' and o.slot in (
                             select b.slot from delivery_package b where b.mailing = p_mailing and b.slot is not null and b.begun_at is not null) as in_begun_batch
                      from delivery_package o where o.mailing = p_mailing) package) p,
           (select count(*) filter (where why = 'returned' and closed is null) as returned,
                   count(*) filter (where why = 'returned' and closed is null and due_at = 'infinity') as withheld,
                   count(*) filter (where why = 'deferred' and closed is null) as deferred,
                   count(*) filter (where closed is not null) as ended,
                   count(*) filter (where closed = 'expired') as expired
              from delivery_due where mailing = p_mailing) d
$$;
