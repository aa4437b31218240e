-- The ledger and the queue of packages (docs/explanation/ledger.md says why it is so).
-- Everything is keyed by mailing first, so that it can be partitioned and distributed by mailing.
-- There are no foreign keys here: rows arrive a thousand at a time, and nothing they refer to is ever deleted under them.

-- Who is meant: written once by the freeze, never updated.
create table delivery_recipient (
    mailing  integer not null,
    seq      integer not null check (seq > 0),
    contact  bigint  not null,
    package  integer not null check (package >= 0),   -- 0: skipped when frozen
    normal   text    not null,                        -- the normalised address, by which a person is one
    address  text,                                    -- as it is written, where that differs from normal
    primary key (mailing, seq)
);
-- Nobody gets the same mailing twice: the database refuses a second row for one address.
create unique index delivery_recipient_once on delivery_recipient (mailing, normal) where package > 0;

-- What is to be sent and from when on; the few rows here that are updated.
create table delivery_package (
    mailing    integer     not null,
    no         integer     not null,
    kind       text        not null check (kind in ('skipped', 'plain', 'retry', 'again')),
    state      text        not null check (state in ('waiting', 'active', 'done', 'cancelled', 'expired')),
    release_at timestamptz not null,
    size       integer     not null check (size > 0),
    first_seq  integer,              -- kinds skipped and plain: the range first_seq .. first_seq + size - 1
    positions  integer[],            -- kinds retry (deferred ones) and again (returned ones): their numbers,
    since      timestamptz[],        -- and when each was tried first
    attempt    smallint    not null default 0,        -- attempts made before this package
    cursor     integer     not null default 0,        -- positions claimed so far, always a prefix
    epoch      integer     not null default 0,        -- counts the senders that had it
    batch      integer     not null default 0,        -- counts the records under this epoch
    sender     integer,
    begun_at   timestamptz,
    closed_at  timestamptz,
    bound      boolean     not null default false,    -- to be finished although its mailing is paused or being cancelled
    -- outcomes recorded for this package's positions, by state
    in_doubt   integer     not null default 0,
    returned   integer     not null default 0,
    deferred   integer     not null default 0,
    skipped    integer     not null default 0,
    accepted   integer     not null default 0,
    delivered  integer     not null default 0,
    bounced    integer     not null default 0,
    primary key (mailing, no),
    check (cursor between 0 and size),
    check (in_doubt + returned + deferred + skipped + accepted + delivered + bounced <= cursor),
    check (least(in_doubt, returned, deferred, skipped, accepted, delivered, bounced) >= 0),
    check ((positions is null) = (kind in ('skipped', 'plain'))),
    check ((first_seq is null) = (kind in ('retry', 'again'))),
    -- A package that was closed keeps its sender for as long as something of it is in flight.
    check (state <> 'active' or sender is not null),
    check (state not in ('waiting', 'done') or sender is null)
) with (fillfactor = 40);
-- Only open packages are searched; the cursor is in no index, so its updates stay on their page.
create index delivery_package_open on delivery_package (mailing, no) where state in ('waiting', 'active');
create index delivery_package_sender on delivery_package (sender) where sender is not null;
create index delivery_package_bound on delivery_package (mailing) where bound;   -- senders ask every second

-- What became of a recipient, appended by COPY; the last one counts (highest package, then highest state).
create table delivery_outcome (
    at        timestamptz not null,
    mailing   integer     not null,
    package   integer     not null,
    seq       integer     not null,
    reply     integer     not null,
    transport integer     not null,
    state     smallint    not null check (state between 1 and 7),
    detail    text                       -- what stands for {} in the text of the reply
);
create index delivery_outcome_recipient on delivery_outcome (mailing, seq);
-- The few in doubt among a million: for releasing them, and for saying whom a mailing reached.
create index delivery_outcome_doubt on delivery_outcome (mailing, seq) where state = 1;

-- The codes of delivery_outcome.state; their order is the order in which one may replace another.
create table delivery_state (code smallint primary key, name text not null unique);
insert into delivery_state values
    (1, 'in_doubt'), (2, 'returned'), (3, 'deferred'), (4, 'skipped'), (5, 'accepted'), (6, 'delivered'), (7, 'bounced');

-- What peers say, once each: a million acceptances are not a million texts.
create table delivery_reply (
    id       integer  generated always as identity primary key,
    code     smallint not null,          -- 0: our own words (a skip, a doubt)
    enhanced text     not null,
    text     text     not null,          -- {} where a queue id or the like stood
    command  text     not null,          -- the SMTP command it answered; 'skip', 'doubt', 'return' for our own
    unique (code, enhanced, text, command)
);

-- The small mutable set of those who wait again.
create table delivery_due (
    mailing integer     not null,
    seq     integer     not null,
    due_at  timestamptz not null,
    since   timestamptz not null,        -- the first attempt: the retry window runs from here
    attempt smallint    not null,        -- attempts made
    package integer     not null,        -- the one in whose counters it stands as deferred or returned
    why     text        not null check (why in ('deferred', 'returned')),
    closed  text                 check (closed in ('cancelled', 'expired')),
    primary key (mailing, seq)
);
create index delivery_due_at on delivery_due (mailing, due_at) where closed is null;

-- The living and the dead: a sender holds the advisory lock (7002, id) for as long as it lives.
create table delivery_sender (
    id         integer     generated always as identity primary key,
    host       text        not null,
    pid        integer     not null,
    started_at timestamptz not null default now(),
    beat_at    timestamptz not null default now(),
    ended_at   timestamptz
);

-- The pace of a mailing that has one: when the next slot of time is free (delivery_grant).
create table delivery_meter (
    mailing integer     primary key,
    next_at timestamptz not null
);

-- Whose turn it is: the next package comes from the least recently served mailing.
create table delivery_turn (
    mailing   integer     primary key,
    served_at timestamptz not null
);

-- How the servers of transports fare: what each sender says of each server that a mailing of its uses; who said
-- nothing lately uses it no more. Unlogged, as the pace below: worth nothing after a crash.
create unlogged table delivery_health (
    server     integer     not null,
    sender     integer     not null,
    mailing    integer     not null,
    beat_at    timestamptz not null default clock_timestamp(),
    state      text        not null check (state in ('sound', 'shaky', 'aside')),
    open       integer     not null,            -- connections
    busy       integer     not null,            -- those of them with a message on the wire
    answered   bigint      not null,            -- messages, since this sender began with this mailing
    trouble    text,                            -- the last one, in words; stays when it is over
    troubled_at timestamptz,
    retry_at   timestamptz,                     -- when one set aside is tried again
    primary key (server, sender, mailing)
) with (fillfactor = 40);

-- The pace of a server that has one: when the next slot of time is free (delivery_server_grant).
create unlogged table delivery_server_meter (
    server  integer     primary key,
    next_at timestamptz not null
);
