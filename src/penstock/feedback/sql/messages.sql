-- Messages that people sent by SMS: the inbox of an account. What they ask for by a word of it (STOP) is done by whoever notes them:
-- the webhook that they came by at once, the ticker within a second (feedback.short).
create table feedback_message (
    account   integer     not null,
    id        bigint      generated always as identity,
    transport integer     not null,            -- by which it came, and so whose it is; it may be gone
    number    text        collate "C" not null check (length(number) between 1 and 40),      -- who sent it: E.164 where it is one
    addressee text        collate "C" not null check (length(addressee) <= 40),              -- our number or short code; empty: not told
    text      text        not null check (length(text) <= 10000),
    sent_at   timestamptz,                     -- as the network says, where it does
    at        timestamptz not null default clock_timestamp(),
    key       text                 check (length(key) <= 200),    -- the teller's own: what has come with it does not come again
    -- What it was found to be.
    noted_at  timestamptz,                     -- null: nobody has looked at it yet
    word      text                 check (word in ('stop', 'start', 'help')),     -- what its keyword means; null: it has none
    done      text                 check (done in ('unsubscribed', 'resubscribed', 'nothing')),
    contact   bigint,                          -- whose number it is; null: nobody's
    mailing   integer,                         -- the newest that went to this number, and which recipient of it
    seq       integer,
    primary key (account, id),
    check ((noted_at is null) = (done is null)),
    check ((mailing is null) = (seq is null))
);
create unique index feedback_message_once on feedback_message (account, transport, key) where key is not null;
-- Those that nobody has looked at: asked for every second, and next to always none.
create index feedback_message_new on feedback_message (id) where noted_at is null;
-- What one number wrote.
create index feedback_message_number on feedback_message (account, number, id);
