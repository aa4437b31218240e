-- What people did is counted where it is noted, in the same transaction: no page counts events.
alter table feedback_event drop constraint feedback_event_kind_check;
alter table feedback_event add constraint feedback_event_kind_check check (kind in (
    'opened', 'clicked', 'prefetched', 'scanned', 'viewed', 'unsubscribed', 'resubscribed', 'left', 'joined', 'complained',
    'converted', 'custom'));

-- Who has done it: by this key one is one person, however often and by however many web processes it is told.
create table feedback_seen (
    mailing  integer     not null,
    seq      integer     not null,
    kind     text        not null,
    link     integer     not null,               -- 0: whichever, or none
    first_at timestamptz not null,
    last_at  timestamptz not null,               -- when they did it first in the last of the hours in which they did
    noted    integer     not null default 1,     -- hours in which they did: of what strangers can repeat one an hour is an event
    primary key (mailing, seq, kind, link)
);

-- How many did it.
create table feedback_count (
    mailing integer not null,
    kind    text    not null,
    link    integer not null,                    -- 0: the whole mailing
    total   bigint  not null,                    -- every time, with those within an hour that are not events of their own
    people  bigint  not null,                    -- recipients, each once
    primary key (mailing, kind, link)
) with (fillfactor = 40);

-- The same of a whole mailing by the hour; people in the hour in which they first did.
create table feedback_hour (
    mailing integer not null,
    kind    text    not null,
    hour    integer not null,                    -- since 1970 (UTC): it began at to_timestamp(hour * 3600.0)
    total   bigint  not null,
    people  bigint  not null,
    primary key (mailing, kind, hour)
) with (fillfactor = 40);

-- What has to be added, on the way from noting to counting.
create type feedback_delta as (mailing integer, kind text, link integer, hour integer, total bigint, people bigint);

insert into feedback_seen (mailing, seq, kind, link, first_at, last_at, noted)
select mailing, seq, kind, 0, min(at), max(at), count(*) from feedback_event where mailing is not null and seq is not null group by 1, 2, 3;
insert into feedback_count (mailing, kind, link, total, people)
select mailing, kind, 0, sum(noted), count(*) from feedback_seen group by 1, 2;
insert into feedback_hour (mailing, kind, hour, total, people)
select e.mailing, e.kind, floor(extract(epoch from e.at) / 3600), count(*), count(*) filter (where e.at = s.first_at)
  from feedback_event e join feedback_seen s on s.mailing = e.mailing and s.seq = e.seq and s.kind = e.kind and s.link = 0
 group by 1, 2, 3;
