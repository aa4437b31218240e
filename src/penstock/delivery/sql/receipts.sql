-- Under which id the other side keeps each part of a short message: by it a receipt finds its recipient. Appended by COPY with the outcomes.
-- A recipient who is in doubt has a row for each part whose id is known; another comes when a receipt proves it (delivery_receipts_settle).
create table delivery_message (
    at      timestamptz not null,
    mailing integer     not null,
    seq     integer     not null,
    package integer     not null,          -- the attempt
    server  integer     not null,          -- account_server.id
    part    smallint    not null,
    parts   smallint    not null,          -- of the whole message
    state   smallint check (state in (6, 7)),   -- what its receipt said, where one of several parts had one
    id      text        not null
) with (fillfactor = 90);                  -- the states of parts are updated in place
create index delivery_message_id on delivery_message (server, id);
create index delivery_message_recipient on delivery_message (mailing, seq);

-- What the other side says has become of a part: taken in at once, so that it can be answered, and placed in turn. One whose id is not
-- known yet (its response is on its way, or was lost) is looked at again, for an hour.
create table delivery_receipt (
    no        bigint      generated always as identity primary key,
    transport integer     not null,
    server    integer,                     -- null: one of the transport's
    state     smallint    not null check (state in (0, 5, 6, 7)),   -- 0: cannot be told; 5: on its way; 6: delivered; 7: failed
    id        text        not null,
    number    text        not null,        -- the receiver's, where it is told
    reference text        not null,        -- the user_message_reference of SMPP, where it is repeated
    error     text        not null,
    said      text        not null,
    at        timestamptz not null default clock_timestamp(),
    look_at   timestamptz not null default clock_timestamp()
);
create index delivery_receipt_look on delivery_receipt (look_at, no);
