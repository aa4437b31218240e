-- What people did, beside what became of their message: opened, clicked, unsubscribed, complained; and what a shop or a site tells.
-- Appended and never updated. No foreign keys, as on the ledger. To be distributed by account, as the contacts that it is joined with.
create table feedback_event (
    account integer     not null,
    id      bigint      generated always as identity,
    contact bigint      not null,
    at      timestamptz not null,            -- when it happened; told later, perhaps
    told_at timestamptz not null default clock_timestamp(),
    kind    text        not null check (kind in ('opened', 'clicked', 'viewed', 'unsubscribed', 'complained', 'converted', 'custom')),
    name    text                 check ((name is not null) = (kind = 'custom')),
    mailing integer,
    seq     integer              check (seq is null or mailing is not null),
    data    jsonb                check (jsonb_typeof(data) = 'object'),
    key     text,                            -- the teller's own: what has come with it does not come again
    primary key (account, id)
);
create unique index feedback_event_once on feedback_event (account, key) where key is not null;
-- Who did it, within a period: a segment's question. It is answered by the index alone.
create index feedback_event_kind on feedback_event (account, kind, name, at) include (contact);
-- The same of one mailing, and how many did.
create index feedback_event_mailing on feedback_event (mailing, kind, contact) where mailing is not null;
-- What one person did.
create index feedback_event_contact on feedback_event (contact, at);
