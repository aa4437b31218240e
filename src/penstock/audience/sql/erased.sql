-- Who was erased, and what is known of those who come back (docs/explanation/personal-data.md). No address stands here: `pseudonym` is a
-- keyed hash (audience.pseudonym), and the key is not in the database.
create table audience_erased (
    account_id integer     not null,
    pseudonym  text        not null collate "C",
    at         timestamptz not null default now(),
    primary key (account_id, pseudonym)
);

-- Contacts who were erased once and are here again: so that a mailing that had them does not take them for somebody else.
create table audience_returned (
    contact    bigint  not null,
    account_id integer not null,
    pseudonym  text    not null collate "C",
    primary key (contact, pseudonym)
);

-- Addresses that contacts had before: ledgers know people by the address that they had at the freeze.
create table audience_former (
    account_id integer     not null,
    contact    bigint      not null,
    normal     text        not null collate "C",
    until      timestamptz not null default now(),
    primary key (contact, normal)
);

-- Many people to be erased, as a job works them off. The addresses go as they are done.
create table audience_erasure (
    id          integer     generated always as identity primary key,
    account_id  integer     not null,
    state       text        not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
    addresses   text[]      not null,               -- normalised, those still to be done
    keep_out    boolean     not null default false, -- their addresses are suppressed for good, as hashes
    total       integer     not null,
    erased      integer     not null default 0,     -- contacts
    traces      integer     not null default 0,     -- addresses that were no contact's any more, and of which something was found
    unknown     integer     not null default 0,     -- addresses of which nothing was found
    error       text,
    actor       text        not null,
    door        text        not null,
    asked_at    timestamptz not null default now(),
    finished_at timestamptz,
    check ((state in ('done', 'failed')) = (finished_at is not null)),
    check (state <> 'done' or addresses = '{}')
);
create index audience_erasure_newest on audience_erasure (account_id, id);
