-- A message may go in several parts, each of which is paid for (docs/explanation/credits.md). The recipients of a package all take the same
-- number of them, so that nothing is written for a message: what is spent is the sum of counters x parts. E-mail has one part always.
alter table delivery_package add parts smallint not null default 1 check (parts > 0);
alter table delivery_due add parts smallint not null default 1 check (parts > 0);

-- Under the policy duplicates = per_contact a number may stand in a ledger once for each contact that has it: `twin` is that contact then,
-- and null wherever an address stands there once at most.
alter table delivery_recipient add twin bigint;
drop index delivery_recipient_once;
create unique index delivery_recipient_once on delivery_recipient (mailing, normal, twin) nulls not distinct where package > 0;
