-- What is watched of a mailing while it is being sent: its breaker, its canary, and whether it gets on (docs/explanation/breaker.md).
create table delivery_watch (
    mailing    integer primary key,
    -- The breaker counts from here on: what there was when it was armed again (delivery_arm). Nothing: from the beginning.
    armed_at   timestamptz,
    settled    bigint  not null default 0,
    bounced    bigint  not null default 0,
    complained bigint  not null default 0,
    unmade     bigint  not null default 0,
    -- The canary: the packages that went ahead and are not judged good yet; null: nobody is held back for one.
    canary     integer[],
    failed     boolean not null default false,     -- it was judged, and stopped the mailing: a resume sends another one ahead
    -- Recipients that the frequency cap skipped when the audience was frozen: they are no drift of the audience.
    capped     integer not null default 0,
    -- The watchdog: what was claimed and recorded at its last look, and since when that is so.
    progress   bigint,
    moved_at   timestamptz,
    looked_at  timestamptz,
    nudged_at  timestamptz
) with (fillfactor = 50);
