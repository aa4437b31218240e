-- The address that a provider tells at what became of the messages it was handed: one for each provider of a transport.
create table feedback_hook (
    id         integer     generated always as identity primary key,
    account    integer     not null,
    transport  integer     not null references account_transport on delete cascade,
    provider   text        not null,
    digest     bytea       not null check (length(digest) = 32),    -- SHA-256 of the secret in the address
    key        bytea,                                               -- what verifies signatures, encrypted by account.secrets
    made_at    timestamptz not null default now(),
    made_by    text        not null,
    last_at    timestamptz,                                         -- when it told something last, and what
    last_kind  text,
    refused_at timestamptz,                                         -- when a request was not believed last, and why
    refused    text,
    constraint feedback_hook_one unique (transport, provider)
);
