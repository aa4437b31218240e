-- A bounce is noted once (feedback.bounces): what is still to be looked at is found by an index that holds nothing else.
-- Null everywhere but in bounced rows that were looked at; the COPY of the senders does not name it.
alter table delivery_outcome add column noted boolean;
create index delivery_outcome_unnoted on delivery_outcome (mailing, seq) where state = 7 and noted is null;

-- What was learnt of a recipient too early: the answer of the hand-off is not recorded yet, or it is to be tried again. It is looked
-- at anew until the ledger is there (delivery_learn).
create table delivery_early (
    mailing  integer     not null,
    seq      integer     not null,
    state    smallint    not null check (state in (6, 7)),
    code     smallint    not null,
    enhanced text        not null,
    text     text        not null,
    command  text        not null,
    detail   text,
    at       timestamptz not null default clock_timestamp(),
    look_at  timestamptz not null default clock_timestamp(),
    primary key (mailing, seq, state)
);
create index delivery_early_look on delivery_early (look_at);
