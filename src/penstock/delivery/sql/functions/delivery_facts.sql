-- What the lifecycle asks of the ledger about one mailing (mailing.facts), from the packages' counters.
create or replace function delivery_facts(
    p_mailing integer,
    out recipients bigint,      -- the audience, skipped ones included
    out sendable bigint,        -- the audience without those skipped when frozen
    out unbegun bigint,         -- positions not yet claimed in packages of those never handed off
    out retrying bigint,        -- positions not yet claimed in retry packages
    out in_flight bigint,       -- claimed and not recorded
    out due_returned bigint,    -- waiting to be packed again, never handed off
    out due_deferred bigint     -- waiting for their time to be tried again
) language sql stable as $$
    select coalesce(sum(size) filter (where kind in ('plain', 'skipped')), 0),
           coalesce(sum(size) filter (where kind = 'plain'), 0),
           coalesce(sum(size - cursor) filter (where kind in ('plain', 'again') and state in ('waiting', 'active')), 0),
           coalesce(sum(size - cursor) filter (where kind = 'retry' and state in ('waiting', 'active')), 0),
           coalesce(sum(cursor - in_doubt - returned - deferred - skipped - accepted - delivered - bounced), 0),
           (select count(*) from delivery_due where mailing = p_mailing and why = 'returned' and closed is null),
           (select count(*) from delivery_due where mailing = p_mailing and why = 'deferred' and closed is null)
      from delivery_package
     where mailing = p_mailing
$$;
