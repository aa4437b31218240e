-- Segments, and what they are asked by most. The definition is the document that audience.segments.document reads.
create table audience_segment (
    id         integer     generated always as identity primary key,
    account_id integer     not null references account_account (id),
    name       text        not null,
    definition jsonb       not null,
    lists      integer[]   not null default '{}',   -- that the definition names: they cannot be deleted meanwhile
    version    integer     not null default 1,
    made_by    text        not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint audience_segment_name unique (account_id, name)
);

-- Attributes that an administrator has made quick to ask for: the index audience_contact_a<id> serves them.
create table audience_indexed (
    id         integer     generated always as identity primary key,
    account_id integer     not null references account_account (id),
    attribute  text        not null,
    type       text        not null check (type in ('text', 'number')),   -- an index over texts serves dates, too
    state      text        not null default 'waiting' check (state in ('waiting', 'ready')),
    made_by    text        not null,
    created_at timestamptz not null default now(),
    constraint audience_indexed_once unique (account_id, attribute, type)
);

-- A first import drops this one and a job makes it again (audience.segments.indexing): built beside the rows it would cost a third.
create index audience_contact_domain on audience_contact (account_id, split_part(normal, '@', 2));
-- Contacts come in the order of time: a note for each 128 pages is enough to find the new ones.
create index audience_contact_created on audience_contact using brin (created_at) with (autosummarize = on);
