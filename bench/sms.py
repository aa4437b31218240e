"""Short messages a second, database included, beside a bare client over the same binds in the same run.

usage: python -m bench.sms [--recipients 60000] [--rounds 3] [--connections 4] [--window 100]

The bare client is Penstock's own SMPP client (transport.smpp.Binds), given one message again and again, with nothing recorded: the most that
any sender could reach over it. Then a mailing of as many recipients goes out, personalised, by one sender process: from the first claim to
the last record, everything durable. `ratio` is its rate over that of the bare client in the same round. The rows with receipts have one for
each message, one second later, and count until every recipient is delivered; the last receipts come a second after the last message.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil

from bench import mailing, results
from bench.home import Home, end_tree
from bench.processes import cpu_seconds, wait_for_quiet

TARGET = 5_000.0
TEXT = "Dear {{ first_name }}, your parcel {{ code }} is at the counter. Orchard, Main Street 5."


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipients", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--window", type=int, default=100)
    parser.add_argument("--quiet", type=float, default=5)
    given = parser.parse_args()
    rows: list[dict[str, Any]] = []
    with Home() as home, home.connect() as conn:
        people(conn, given.recipients)
        for _ in range(given.rounds):
            bare_rate = bare(given)
            rows += [whole(home, conn, given, bare_rate, receipts=receipts) for receipts in (False, True)]
    report(rows, {"options": vars(given), "rounds": rows})


def people(conn: Any, count: int) -> None:
    """A list `all` of contacts with numbers."""
    with conn.transaction():
        conn.execute(
            "with made as (insert into audience_contact (account_id, address, normal, phone, region, attributes)"
            " select 1, p, p, p, 'FR', jsonb_build_object('first_name', 'Anna', 'code', n::text)"
            " from (select n, '+336' || (10000000 + n) as p from generate_series(1, %s) as n) as one returning id),"
            " listed as (insert into audience_list (account_id, name) values (1, 'all') returning id)"
            " insert into audience_membership (list_id, contact_id) select listed.id, made.id from made, listed",
            (count,),
        )
    conn.execute("analyze")


@contextmanager
def sink(*options: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.smpp_sink", *options], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        yield int(process.stdout.readline()), process
    finally:
        process.kill()
        process.wait()


def told(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What the sink has counted."""
    process.send_signal(signal.SIGUSR1)
    assert process.stdout
    return dict(json.loads(process.stdout.readline()))


def url(port: int, given: argparse.Namespace, receipts: bool) -> str:
    more = "" if receipts else "&receipts=no"
    return f"smpp://bench:secret@127.0.0.1:{port}?connections={given.connections}&window={given.window}{more}"


def bare(given: argparse.Namespace) -> float:
    """Messages a second of the client alone."""
    import uvloop

    with sink() as (port, _):
        return uvloop.run(_bare(url(port, given, receipts=False), given.recipients))


async def _bare(address: str, count: int) -> float:
    from penstock.content.sms.encoding import encode
    from penstock.transport.short import ShortEnvelope
    from penstock.transport.smpp.binds import Binds
    from penstock.transport.smpp.centre import Centre

    class Source:
        left, answered = count, 0
        encoded = encode(TEXT)

        def take(self, peer: Any) -> ShortEnvelope | None:
            if not self.left:
                return None
            self.left -= 1
            return ShortEnvelope(None, "Orchard", "+33612345678", self.encoded)

        def replied(self, envelope: Any, reply: Any) -> None:
            self.answered += 1
            if self.answered == count:
                done.set()

        def unanswered(self, envelope: Any, cause: str) -> None:
            raise RuntimeError(cause)

        unsent = unanswered

        def trouble(self, reply: Any, permanent: bool) -> None:
            raise RuntimeError(str(reply))

        def incoming(self, item: Any, server: int, answer: Any) -> None:
            answer(True)

    done = asyncio.Event()
    binds = Binds(Centre.from_url(address), Source())
    began = time.perf_counter()
    binds.wake()
    await done.wait()
    took = time.perf_counter() - began
    await binds.close()
    return count / took


def whole(
    home: Home, conn: Any, given: argparse.Namespace, bare_rate: float, *, receipts: bool
) -> dict[str, Any]:
    """One mailing, with its accounting checked."""
    count = given.recipients
    with sink(*(["--receipts", "1"] if receipts else [])) as (port, process):
        number = prepared(conn, url(port, given, receipts))
        wait_for_quiet(given.quiet)
        database = home.postmaster()
        used = cpu_seconds(database)
        sender = subprocess.Popen([sys.executable, "-m", "penstock.delivery.sender"], env=dict(os.environ))
        began = time.perf_counter()
        try:
            mailing.wait(conn, number, "sent", patience=120)
            ours = cpu_seconds(psutil.Process(sender.pid))
        finally:
            end_tree(sender)
        settled = time.perf_counter() - began
        there = told(process)
    row = conn.execute(
        "select extract(epoch from max(closed_at) - min(begun_at))::float, sum(accepted)::integer, sum(delivered)::integer"
        " from delivery_package where mailing = %s", (number,)
    ).fetchone()  # fmt: skip
    took, accepted, delivered = row
    if accepted + delivered != count or there["messages"] != count or there["numbers"] != count:
        raise RuntimeError(
            f"of {count} messages {accepted} are accepted and {delivered} delivered, the sink has {there}"
        )
    if receipts and delivered != count:
        raise RuntimeError(f"{there['receipts']} receipts went out, {delivered} recipients are delivered")
    return {
        "receipts": receipts, "recipients": count, "send": took, "rate": count / took, "bare_rate": bare_rate,
        "ratio": count / took / bare_rate, "settled": settled, "settled_rate": count / settled,
        "cpu_penstock_us": ours / count * 1e6, "cpu_postgresql_us": (cpu_seconds(database) - used) / count * 1e6,
    }  # fmt: skip


def prepared(conn: Any, address: str) -> int:
    """A mailing whose ledger is frozen, and that nobody sends yet."""
    from penstock.account.transports import store
    from penstock.content.message import Message
    from penstock.content.messages import store_message
    from penstock.delivery import freeze
    from penstock.mailing import control, mailings

    listed = conn.execute("select id from audience_list where name = 'all'").fetchone()
    message = Message(sender="Orchard", subject="", text=TEXT, channel="sms")
    number = mailings.create(
        conn, mailing.ACCOUNT, name="bench", message=store_message(conn, mailing.ACCOUNT, message), audience={"list": listed[0]},
        transport=store(conn, mailing.ACCOUNT, address), options={},
    )  # fmt: skip
    control.command(conn, number, "submit", mailing.operator(), plan={"kind": "now"}, confirm=True)
    if mailing.state(conn, number) == "in_review":
        control.command(conn, number, "approve", mailing.operator(), without_analysis=True)
    freeze.prepare(conn, number)
    return number


def report(rows: list[dict[str, Any]], found: dict[str, Any]) -> None:
    columns = (
        "rate", "bare_rate", "ratio", "settled", "settled_rate", "cpu_penstock_us", "cpu_postgresql_us",
    )  # fmt: skip
    shown = []
    for receipts in (False, True):
        those = [row for row in rows if row["receipts"] is receipts]
        middle = {column: results.median(those, column) for column in columns}
        found["with_receipts" if receipts else "without"] = middle
        shown.append(["yes" if receipts else "no", *(middle[column] for column in columns)])
    results.table(
        "Short messages, medians (rates a second, CPU in µs a message)", ["receipts", *columns], shown
    )
    rate = found["without"]["rate"]
    results.verdict("messages a second, database included", rate, f"≥ {TARGET:.0f}", rate >= TARGET)
    results.save("sms", found)


if __name__ == "__main__":
    results.main(main)
