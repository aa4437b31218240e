-- What contacts bought, as a shop tells it, and the mailing that each order is counted for. No foreign keys, as on events.
create table feedback_order (
    account      integer     not null,
    id           bigint      generated always as identity,
    key          text        not null,            -- the shop's own number: it comes once
    contact      bigint      not null,
    at           timestamptz not null,            -- when it was placed; told later, perhaps
    told_at      timestamptz not null default clock_timestamp(),
    amount       numeric     not null check (amount >= 0),
    currency     text        not null check (currency ~ '^[A-Z]{3}$'),
    data         jsonb                check (jsonb_typeof(data) = 'object'),
    -- The last click of a person before it, within attribution_days: nobody clicked, and it counts for none.
    mailing      integer,
    seq          integer              check ((seq is null) = (mailing is null)),
    clicked_at   timestamptz          check ((clicked_at is null) = (mailing is null)),
    cancelled_at timestamptz,
    primary key (account, id)
);
create unique index feedback_order_once on feedback_order (account, key);
create index feedback_order_contact on feedback_order (contact);
create index feedback_order_mailing on feedback_order (mailing, id) where mailing is not null;

-- What a mailing brought in, kept in the transactions that take and cancel orders: no page adds them up.
create table feedback_revenue (
    mailing   integer not null,
    currency  text    not null,
    orders    bigint  not null check (orders >= 0),       -- those that count
    amount    numeric not null check (amount >= 0),       -- of these
    cancelled bigint  not null default 0 check (cancelled >= 0),
    primary key (mailing, currency)
);

-- Recipients of a mailing who bought, with the orders of theirs that count.
create table feedback_buyer (
    mailing integer not null,
    seq     integer not null,
    orders  integer not null check (orders >= 0),
    primary key (mailing, seq)
);
create index feedback_buyer_counted on feedback_buyer (mailing) where orders > 0;
