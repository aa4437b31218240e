-- Packages that the plan gives a time, a batch, a zone or a lane of their own (docs/explanation/ledger.md).
alter table delivery_package
    add slot integer check (slot > 0),          -- the batch of a throttled mailing, from 1
    add zone text,                              -- IANA: whose wall time it is, of a mailing at the recipients' local time
    add lane text,                              -- the destination domain that has packages of its own; null: everybody else
    add planned_at timestamptz,                 -- when the plan wants it; release_at is when it may really go
    add held text check (held is null or release_at = 'infinity');   -- why it may not go although its time is known
-- What is released first goes first; the cursor is in no index still.
drop index delivery_package_open;
create index delivery_package_open on delivery_package (mailing, release_at, no) where state in ('waiting', 'active');

-- Who has left the audience since the freeze: skipped, with the reason, when the package comes to them. Written while nothing is claimed.
create table delivery_left (
    mailing integer not null,
    seq     integer not null,
    reason  text    not null,
    primary key (mailing, seq)
);
