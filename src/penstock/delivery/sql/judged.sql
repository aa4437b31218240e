-- What a step of a chain has looked at: of each package of the step before (or of its correction), how many of those with an answer it
-- has judged. Judged is who had their answer for as long as the delay; the package's own counters say how many there are, so that
-- nobody is forgotten.
create table delivery_judged (
    mailing   integer     not null,      -- the step
    earlier   integer     not null,      -- the mailing that it follows
    package   integer     not null,      -- of that one
    judged    integer     not null check (judged >= 0),
    looked_at timestamptz not null,
    primary key (mailing, earlier, package)
);
