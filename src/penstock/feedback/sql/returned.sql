-- Who bounced, and what that means for the address: one row for each recipient whom the ledger says bounced, whoever learnt of it.
create table feedback_bounce (
    account    integer     not null,
    id         bigint      generated always as identity,
    mailing    integer     not null,
    seq        integer     not null,
    contact    bigint      not null,
    normal     text        not null,         -- the normalised address
    at         timestamptz not null,         -- when the ledger learnt of it
    class      text        not null check (class in ('hard', 'soft', 'blocked')),
    code       smallint    not null,         -- of the reply, 0: none
    enhanced   text        not null,         -- of the reply (RFC 3463), empty: none
    text       text        not null,
    origin     text        not null check (origin <> ''),   -- smtp: the dialogue itself; dsn, text: a message that came back; webhook …
    suppressed boolean     not null,         -- whether the address was suppressed because of it
    primary key (mailing, seq)
);
-- The bounces of an account, newest first, by pages.
create unique index feedback_bounce_page on feedback_bounce (account, id);
-- Those of one address lately: the rule for soft ones, and a person's story.
create index feedback_bounce_address on feedback_bounce (account, normal, at);

-- What came in and could not be placed, or was forged: kept apart for a while, for people to look at. Nothing acts on it.
create table feedback_stray (
    id       bigint      generated always as identity primary key,
    account  integer,                        -- whose it seems to be; null: nobody's
    door     text        not null,           -- by which it came: lmtp, smtp, imap, webhook …
    kind     text        not null,           -- forged, unknown, unrecognised, unreadable …
    why      text        not null,
    raw      bytea       not null check (length(raw) <= 65536),   -- its beginning
    size     integer     not null,           -- octets of the whole
    digest   bytea       not null unique,    -- of door, account and the whole: what comes again is counted, not kept again
    times    integer     not null default 1,
    at       timestamptz not null default clock_timestamp(),
    last_at  timestamptz not null default clock_timestamp()
);
create index feedback_stray_account on feedback_stray (account, id);
create index feedback_stray_age on feedback_stray (last_at);
