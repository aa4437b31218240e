-- Where the tracked links of a mailing lead (delivery.targets): written before the first message that has them is made. The address
-- of a click names the mailing and the number and never the target, so nobody can have it lead elsewhere.
create table delivery_link (
    mailing  integer not null,
    no       integer not null check (no > 0),
    url      text    not null check (octet_length(url) <= 2000),
    personal boolean not null default false,   -- url is a Liquid text: made anew for whoever follows it
    utm      text,                             -- the tags that a personal one gets besides, as a query; others have them in url
    primary key (mailing, no),
    unique (mailing, url)
);
