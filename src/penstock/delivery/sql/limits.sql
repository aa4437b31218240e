-- Meters, and the domains that are spared for a while (docs/explanation/limits.md).
drop function if exists delivery_grant(integer, double precision, integer);
drop function if exists delivery_server_grant(integer, double precision, integer);
drop function if exists delivery_slots(integer, integer, integer[], integer);
drop function if exists delivery_slots_free(integer, integer[]);
drop table delivery_meter, delivery_server_meter;

-- One row for whatever has a rate: when its next slot of time is free (delivery_grant). Unlogged: worth nothing after a crash.
create unlogged table delivery_meter (
    scope   text        not null,     -- all, account, transport, domain (key: the limit), mailing, server (its number), backoff
    key     text        not null,
    next_at timestamptz not null,
    primary key (scope, key)
) with (fillfactor = 40);

-- The turns of mailings at a meter that several share: who has slots still to come does not get further ones before the others.
create unlogged table delivery_meter_turn (
    scope     text        not null,
    key       text        not null,
    mailing   integer     not null,
    starts_at timestamptz not null,
    primary key (scope, key, mailing)
) with (fillfactor = 40);

-- Domains that refuse for now what comes over a transport: the pace that they are spared to, and for how long.
create unlogged table delivery_backoff (
    transport  integer          not null,
    domain     text             not null,
    rate       double precision not null check (rate > 0),     -- messages a second, over all senders and mailings
    usual      double precision not null check (usual > 0),    -- what it was before; reached again, the domain is spared no more
    since      timestamptz      not null default clock_timestamp(),
    changed_at timestamptz      not null default clock_timestamp(),
    until      timestamptz      not null,                      -- then the pace is doubled
    refused    bigint           not null default 0,            -- refusals for now that made it so
    reply      text             not null,                      -- the last of them
    primary key (transport, domain)
);
