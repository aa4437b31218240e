"""A mailing on a database, senders as processes, and a way to wait for facts: what the tests of delivery begin with."""

import contextlib
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.account import transports
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery.check import check
from penstock.delivery.claim import reading
from penstock.mailing import control, mailings
from penstock.mailing.control import EVERY_ROLE, Actor, Answer
from penstock.report.ledger import count_states
from penstock.report.progress import STATES, progress
from tests import commands
from tests.waiting import eventually

ANNA = Actor("anna", EVERY_ROLE, "cli")
HTML = "<p>Dear {{ first_name }}, your code is [[{{ code }}]].</p>"


def address(number: int) -> str:
    return f"reader{number}@example.net"


def add_contacts(conn: psycopg.Connection[Any], name: str, count: int, first: int = 1) -> int:
    """Make a list `name` of `count` contacts; contact n has the attribute code = n. Returns the list's number."""
    row = conn.execute(
        "insert into audience_list (account_id, name) values (1, %s)"
        " on conflict (account_id, name) do update set name = excluded.name returning id",
        (name,),
    ).fetchone()
    assert row
    conn.execute(
        "with made as (insert into audience_contact (account_id, address, normal, attributes)"
        " select 1, a, a, jsonb_build_object('first_name', 'Anna', 'code', n::text)"
        " from (select n, 'reader' || n || '@example.net' as a from generate_series(%(first)s::integer, %(last)s::integer) as n) as one"
        " on conflict (account_id, normal) do update set updated_at = now() returning id)"
        " insert into audience_membership (list_id, contact_id) select %(list)s, id from made on conflict do nothing",
        {"first": first, "last": first + count - 1, "list": row[0]},
    )
    return int(row[0])


def draft(
    conn: psycopg.Connection[Any],
    listed: int,
    via: str = "smtp://127.0.0.1:1",
    html: str = HTML,
    **options: Any,
) -> int:
    message = Message(sender="News <news@example.org>", subject="News", html=html)
    return mailings.create(
        conn, 1, name=f"to list {listed}", message=store_message(conn, 1, message), audience={"list": listed},
        transport=transports.store(conn, 1, via), options=options,
    )  # fmt: skip


def launch(conn: psycopg.Connection[Any], mailing: int) -> int:
    """Submit and approve."""
    command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    if state(conn, mailing) == "in_review":
        command(conn, mailing, "approve")
    return mailing


def begin(conn: psycopg.Connection[Any], count: int, via: str, html: str = HTML, **options: Any) -> int:
    """A mailing to `count` new contacts on a list of its own, launched."""
    return launch(
        conn, draft(conn, add_contacts(conn, f"list {time.monotonic_ns()}", count), via, html, **options)
    )


def command(conn: psycopg.Connection[Any], mailing: int, name: str, **more: Any) -> Answer:
    if name == "approve":  # no worker runs that would analyse it
        more.setdefault("without_analysis", True)
    return control.command(conn, mailing, name, ANNA, **more)


def policy(conn: psycopg.Connection[Any], **policies: Any) -> None:
    conn.execute("update account_account set policy = policy || %s where id = 1", (Jsonb(policies),))


# -- the clock -----------------------------------------------------------------

_TIMES = """
select c.table_name, string_agg(format(case c.data_type when 'ARRAY'
           then '%%1$I = (select array_agg(t - %%2$L::interval order by n) from unnest(%%1$I) with ordinality as x (t, n))'
           else '%%1$I = %%1$I - %%2$L::interval' end, c.column_name, %(back)s::text), ', ')
  from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
 where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.is_generated = 'NEVER' and c.is_updatable = 'YES'
   and (c.data_type = 'timestamp with time zone' or c.udt_name = '_timestamptz')
   and c.table_name not in ('delivery_sender', 'delivery_health', 'delivery_meter', 'delivery_server_meter')
 group by c.table_name order by c.table_name
"""


_PLANS = """
update mailing_mailing m set plan = plan || (
    select jsonb_object_agg(key, case when value ~ '(Z|[+-][0-9]{2}:?[0-9]{2})$' then to_jsonb((value::timestamptz - %(back)s::interval))
               else to_jsonb(value::timestamp - %(back)s::interval) end)
      from jsonb_each_text(m.plan) where key in ('at', 'ends_at'))
 where plan ?| array['at', 'ends_at']
"""


def travel(
    conn: psycopg.Connection[Any], hours: float = 0, *, minutes: float = 0, seconds: float = 0, tries: int = 5
) -> None:
    """Let so much time pass: every time of every table, and of every plan, goes back by that much: the clock has gone forward.

    Not the beats of senders and the meters, which live by the second. Then call what the ticker calls (clock.strike, due.pack,
    freeze.prepare …), or let senders run. Triggers do not fire; a link of the journal's chain is no longer sound after it.
    """
    back = f"{hours * 3600 + minutes * 60 + seconds:.6f} seconds"
    try:
        with conn.transaction():
            conn.execute("set local session_replication_role = replica")
            for table, changes in conn.execute(_TIMES, {"back": back}).fetchall():
                conn.execute(f"update {table} set {changes}")
            conn.execute(_PLANS, {"back": back})
    except psycopg.errors.DeadlockDetected:  # with a sender at work
        if tries <= 1:
            raise
        travel(conn, hours, minutes=minutes, seconds=seconds, tries=tries - 1)


# -- facts ---------------------------------------------------------------------


def state(conn: psycopg.Connection[Any], mailing: int) -> str:
    row = conn.execute("select state from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    return str(row[0])


def becomes(conn: psycopg.Connection[Any], mailing: int, *states: str, seconds: float = 60.0) -> str:
    """Wait until the mailing is in one of the states."""
    now = ""

    def there() -> bool:
        nonlocal now
        now = state(conn, mailing)
        return now in states

    try:
        eventually(there, seconds)
    except AssertionError:
        raise AssertionError(
            f"the mailing is {now}, not {states}: {reason(conn, mailing)}, {counts(conn, mailing)}"
        ) from None
    return now


def reason(conn: psycopg.Connection[Any], mailing: int) -> dict[str, Any] | None:
    row = conn.execute("select reason from mailing_mailing where id = %s", (mailing,)).fetchone()
    return row[0] if row else None


def counts(conn: psycopg.Connection[Any], mailing: int) -> dict[str, int]:
    """The states of the ledger that anybody is in."""
    return {name: n for name, n in count_states(conn, mailing).items() if n}


def sound(conn: psycopg.Connection[Any], mailing: int) -> dict[str, int]:
    """The identity holds, in the counters, in the raw rows and between the two; returns the states."""
    assert check(conn, mailing) == []
    with conn.transaction():
        conn.execute("set transaction isolation level repeatable read")
        found, figures = count_states(conn, mailing), progress(conn, mailing)
        row = conn.execute(
            "select count(*) from delivery_recipient where mailing = %s", (mailing,)
        ).fetchone()
    assert found == {name: getattr(figures, name) for name in STATES}
    assert figures.adds_up
    assert row is not None
    assert sum(found.values()) == figures.recipients == row[0]
    return {name: n for name, n in found.items() if n}


# -- sending without senders -----------------------------------------------------


def hand_over(conn: psycopg.Connection[Any], mailing: int, most: int | None = None) -> list[str]:
    """Send what is released and may go now, `most` recipients of it, as a sender would, to a server that takes everything.

    Returns the addresses of those who got it, in their order. Whoever is to be skipped is recorded as skipped.
    """
    row = conn.execute("insert into delivery_sender (host, pid) values ('here', 0) returning id").fetchone()
    assert row
    got: list[str] = []
    while most is None or len(got) < most:
        package = conn.execute(
            "select no, epoch, cursor, first_seq, size, positions from delivery_open(%s, %s)",
            (row[0], mailing),
        ).fetchone()
        if package is None:
            break
        got += _hand_over(conn, mailing, package, None if most is None else most - len(got))
    conn.execute("update delivery_sender set ended_at = now() where id = %s", row)
    return got


def _hand_over(
    conn: psycopg.Connection[Any], mailing: int, package: tuple[Any, ...], most: int | None
) -> list[str]:
    no, epoch, cursor, first_seq, size, positions = package
    stop = size if most is None else min(size, cursor + most)
    _record(conn, mailing, [], no, epoch, stop - cursor)
    seqs = list(positions[cursor:stop]) if positions else list(range(first_seq + cursor, first_seq + stop))
    query = reading([], account=1, by_range=False, suppressed=True)
    rows = conn.execute(query, {"mailing": mailing, "seqs": seqs}).fetchall()
    for seq, skip, _ in rows:
        conn.execute(
            "insert into delivery_outcome (at, mailing, package, seq, reply, transport, state) values (clock_timestamp(), %s, %s,"
            " %s, delivery_reply_id(%s, '', %s, %s), 0, %s)",
            (mailing, no, seq, *((0, skip, "skip", 4) if skip else (250, "ok", "dot", 5))),
        )
    skipped = sum(skip is not None for _, skip, _ in rows)
    counts = {
        "in_doubt": 0,
        "returned": 0,
        "deferred": 0,
        "skipped": skipped,
        "accepted": len(rows) - skipped,
        "bounced": 0,
    }
    _record(conn, mailing, [{"no": no, "epoch": epoch, "batch": 1, "release": True, **counts}])
    return [address for _, skip, address in rows if not skip]


def _record(
    conn: psycopg.Connection[Any], mailing: int, records: list[dict[str, Any]], claim: int | None = None, epoch: int = 0,
    want: int = 0,
) -> None:  # fmt: skip
    conn.execute(
        "select delivery_record_and_claim(%s, %s, '[]', %s, %s, %s)",
        (mailing, Jsonb(records), claim, epoch, want),
    )


# -- senders -------------------------------------------------------------------

_IMPORTS = ("penstock.delivery.sender",)
_PROGRAM = """
import os, sys
import penstock.delivery.lane as lane, penstock.delivery.rescue as rescue, penstock.delivery.freeze as freeze
import penstock.delivery.handoff as handoff
{changes}
from penstock.delivery.sender import main
main()
"""


class Sender:
    """A sender process. `changes` is Python that makes a limit reachable: `lane.TROUBLE_LIMIT = 1`."""

    def __init__(self, changes: str = "") -> None:
        self.process = commands.Forked({"program": _PROGRAM.format(changes=changes), "imports": _IMPORTS})
        self.pid = self.process.pid

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """SIGTERM; returns the status."""
        self.process.terminate()
        return self.process.wait(20)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None


@contextmanager
def senders(number: int = 1, changes: str = "") -> Iterator[list[Sender]]:
    """Run senders; they are ended in order, and must end well unless the test killed them."""
    running = [Sender(changes) for _ in range(number)]
    try:
        yield running
        for sender in running:
            if sender.alive:
                # One that was told to end before it had quite begun dies of the signal.
                assert sender.end() in (0, -signal.SIGTERM)
            else:
                assert sender.process.returncode in (0, -signal.SIGKILL), "a sender died of its own"
    finally:
        for sender in running:
            if sender.alive:
                with contextlib.suppress(ProcessLookupError):
                    sender.signal(signal.SIGCONT)
                sender.kill()
