"""How the servers of transports fare, and the pace of those that have one. Unlogged: worth nothing after a crash."""

from django.db import migrations

TABLES = """
-- What each sender says of each server that a mailing of its uses; who said nothing lately uses it no more.
create unlogged table delivery_health (
    server     integer     not null,
    sender     integer     not null,
    mailing    integer     not null,
    beat_at    timestamptz not null default clock_timestamp(),
    state      text        not null check (state in ('sound', 'shaky', 'aside')),
    open       integer     not null,            -- connections
    busy       integer     not null,            -- those of them with a message on the wire
    answered   bigint      not null,            -- messages, since this sender began with this mailing
    trouble    text,                            -- the last one, in words; stays when it is over
    troubled_at timestamptz,
    retry_at   timestamptz,                     -- when one set aside is tried again
    primary key (server, sender, mailing)
) with (fillfactor = 40);

-- The pace of a server that has one: when the next slot of time is free (delivery_server_grant).
create unlogged table delivery_server_meter (
    server  integer     primary key,
    next_at timestamptz not null
);
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_doubt_index")]

    operations = [
        migrations.RunSQL(TABLES, "drop table delivery_health; drop table delivery_server_meter"),
    ]
