-- The mailings that passed somebody over when they were frozen: for a person's story, and for their erasure. Those rows are few.
create index delivery_recipient_passed_over on delivery_recipient (mailing, normal) where package = 0;

-- Rows of people who were erased while their mailing was going on: what is recorded of them later is cleaned, too (delivery_clean).
create table delivery_forgotten (
    mailing integer     not null,
    seq     integer     not null,
    at      timestamptz not null default clock_timestamp(),
    primary key (mailing, seq)
);
