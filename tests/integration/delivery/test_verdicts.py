"""What peers say and what becomes of it: deferred, bounced, skipped, interrupted."""

import asyncio
import contextlib
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from penstock.audience.suppression import suppress
from penstock.mailing.control import Refused
from penstock.report.ledger import ledger, skipped_reasons
from penstock.report.progress import progress
from tests.integration.delivery.conftest import CatchingThread, Sink
from tests.integration.delivery.stage import (
    add_contacts,
    address,
    becomes,
    begin,
    command,
    counts,
    draft,
    eventually,
    launch,
    reason,
    senders,
    sound,
)

Conn = psycopg.Connection[Any]
Sinks = Callable[..., Sink]
Catchers = Callable[..., CatchingThread]
SOON = {"retry_first_seconds": 0.3, "retry_longest_seconds": 0.6}


@pytest.mark.behaviour("S5.10")
def test_the_deferred_are_tried_until_they_are_taken(conn: Conn, a_catcher: Catchers) -> None:
    """4xx for two of ten: the rest rests below 100 %, until the server changes its mind."""
    server = a_catcher(defer_matching={"reader[34]@*": "450 4.2.1 mailbox busy"})
    with senders(1):
        mailing = begin(conn, 10, server.url(), **SOON)
        becomes(conn, mailing, "finishing")
        eventually(lambda: progress(conn, mailing).attempts >= 14)
        assert sound(conn, mailing).get("accepted") == 8
        figures = progress(conn, mailing)
        assert (figures.handed_off_percent, figures.settled_percent) == (100, 80)
        server.catcher.faults.defer_matching = {}
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 10}
    assert set(server.catcher.counts.values()) == {1}
    attempts = {row.address: row.attempts for row in ledger(conn, mailing)}
    assert attempts[address(3)] >= 3
    assert attempts[address(1)] == 1


@pytest.mark.behaviour("S5.11")
def test_beyond_the_window_they_bounce_with_the_last_answer(conn: Conn, a_catcher: Catchers) -> None:
    server = a_catcher(defer_matching={"reader[34]@*": "450 4.2.1 mailbox busy"})
    with senders(1):
        mailing = begin(conn, 10, server.url(), **SOON, retry_window_hours=2.0 / 3600)
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 8, "bounced": 2}
    bounced = list(ledger(conn, mailing, state="bounced"))
    assert {(row.code, row.enhanced, row.text) for row in bounced} == {(450, "4.2.1", "mailbox busy")}
    assert all(row.attempts >= 2 for row in bounced)


def test_the_window_runs_on_through_a_pause(conn: Conn, a_catcher: Catchers) -> None:
    """Retries that a pause gave back are given up as well when their window is over, and the mailing ends."""
    server = a_catcher(defer_matching={"*": "450 4.2.1 busy"})
    with senders(1):
        mailing = begin(conn, 5, server.url(), **SOON, retry_window_hours=4.0 / 3600)
        eventually(lambda: progress(conn, mailing).attempts >= 8)
        server.catcher.faults.stall_at, server.catcher.faults.stall_seconds = "rcpt", 0.5
        eventually(lambda: counts(conn, mailing).get("in_flight", 0) > 0)
        command(conn, mailing, "pause")
        sound(conn, mailing)
        over = "select bool_and(since < now() - interval '4 s') from delivery_due where mailing = %s"
        eventually(lambda: (conn.execute(over, (mailing,)).fetchone() or (False,))[0])
        assert counts(conn, mailing) == {"deferred": 5}
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"bounced": 5}


def test_refused_for_good_is_a_bounce_with_the_peers_words(conn: Conn, a_catcher: Catchers) -> None:
    server = a_catcher(refuse={"reader2@*": "550 5.1.1 No such user", "reader5@*": "552 5.2.2 Full"})
    with senders(1):
        mailing = begin(conn, 6, server.url())
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 4, "bounced": 2}
    rows = {
        row.address: (row.state, row.code, row.enhanced, row.text, row.reason)
        for row in ledger(conn, mailing)
    }
    assert rows[address(2)] == ("bounced", 550, "5.1.1", "No such user", "5.1.1")
    assert rows[address(5)] == ("bounced", 552, "5.2.2", "Full", "5.2.2")


# -- who is not sent to after all ----------------------------------------------------


@pytest.mark.behaviour("S3.15")
def test_whoever_is_suppressed_before_or_meanwhile_is_skipped_with_the_reason(
    conn: Conn, a_sink: Sinks
) -> None:
    sink = a_sink()
    suppress(conn, 1, address(1), "complaint", "test")
    with senders(1):
        mailing = begin(conn, 100, sink.url(2), rate=20)
        eventually(lambda: len(sink.arrived()) >= 3)
        suppress(conn, 1, address(99), "unsubscribed", f"mailing {mailing}")
        command(conn, mailing, "pause")
        suppress(conn, 1, address(98), "hard_bounce", "test")
        conn.execute("delete from audience_contact where normal = %s", (address(97),))
        command(conn, mailing, "resume")
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 96, "skipped": 4}
    assert skipped_reasons(conn, mailing) == {
        "complaint": 1,
        "unsubscribed": 1,
        "hard_bounce": 1,
        "erased": 1,
    }
    assert not {address(n) for n in (1, 97, 98, 99)} & set(sink.arrived())
    assert {row.address: row.reason for row in ledger(conn, mailing, state="skipped")}[
        address(97)
    ] == "erased"


def test_data_that_a_template_cannot_take_skips_that_one_only(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    html = "{% if code == 'endless' %}{{ code | divided_by: 0 }}{% endif %}<p>[[{{ code }}]]</p>"
    listed = add_contacts(conn, "all", 40)
    conn.execute(
        'update audience_contact set attributes = \'{"code": "endless"}\' where normal = %s', (address(7),)
    )
    conn.execute("update audience_contact set address = 'not an address' where normal = %s", (address(8),))
    with senders(1):
        mailing = launch(conn, draft(conn, listed, sink.url(), html))
        becomes(conn, mailing, "sent")
    assert sound(conn, mailing) == {"accepted": 38, "skipped": 2}
    rows = {row.contact: row for row in ledger(conn, mailing, state="skipped")}
    assert all((row.text or "").startswith("template_error: ") for row in rows.values())
    assert not {address(7), address(8)} & set(sink.arrived())


def test_a_message_that_cannot_be_compiled_interrupts(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    with senders(1) as (sender,):
        mailing = begin(conn, 3, sink.url(), "{% if %}broken")
        becomes(conn, mailing, "interrupted")
        assert "cannot be compiled" in (reason(conn, mailing) or {})["text"]
        healthy = begin(conn, 3, sink.url())
        becomes(conn, healthy, "sent")
        assert sender.alive
    assert sound(conn, mailing) == {"waiting": 3}


@pytest.mark.parametrize(
    "spoilt",
    [
        "update account_server set url = 'gopher://nowhere' where transport_id = {transport}",
        "update account_server set secret = '\\x00' where transport_id = {transport}",
        'update mailing_mailing set options = \'{{"retry_window_hours": "long"}}\' where id = {mailing}',
    ],
)
def test_what_cannot_be_made_ready_is_that_mailings_trouble_alone(
    conn: Conn, a_sink: Sinks, spoilt: str
) -> None:
    sink = a_sink()
    mailing = draft(conn, add_contacts(conn, "some", 3), "smtp://127.0.0.1:9?connections=3")
    row = conn.execute("select transport_id from mailing_mailing where id = %s", (mailing,)).fetchone()
    conn.execute(spoilt.format(mailing=mailing, transport=row[0] if row else 0))
    with senders(1) as (sender,):
        launch(conn, mailing)
        becomes(conn, mailing, "interrupted")
        assert (reason(conn, mailing) or {})["code"] == "technical"
        healthy = begin(conn, 3, sink.url())
        becomes(conn, healthy, "sent")
        assert sender.alive


# -- nobody takes anything -------------------------------------------------------------


def test_a_server_that_is_not_there_interrupts_after_the_limit(conn: Conn, a_sink: Sinks) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with senders(2, "lane.TROUBLE_LIMIT = 1.0"):
        mailing = begin(conn, 30, f"smtp://127.0.0.1:{port}?connections=2")
        becomes(conn, mailing, "interrupted")
        eventually(lambda: "in_flight" not in counts(conn, mailing))
        assert sound(conn, mailing) == {"waiting": 30}
        found = reason(conn, mailing) or {}
        assert found["code"] == "technical"
        assert "refused" in found["text"]
        with pytest.raises(Refused) as refused:
            command(conn, mailing, "resume")
        assert refused.value.code == "note_required"
        sink = a_sink()
        conn.execute("update account_server set url = %s", (sink.url(2),))
        command(conn, mailing, "cancel", reason="its transport is gone")
        becomes(conn, mailing, "cancelled")
    assert sound(conn, mailing) == {"cancelled": 30}


def test_one_lost_connection_in_a_long_run_does_not_interrupt(conn: Conn, a_sink: Sinks) -> None:
    """The limit counts from a trouble only for as long as nothing is taken."""
    sink = a_sink("--delay", "=0.05")
    with senders(1, "lane.TROUBLE_LIMIT = 1.0"):
        mailing = begin(conn, 200, sink.url(2))
        eventually(lambda: len(sink.arrived()) > 10)
        sink.process.send_signal(10)  # SIGUSR1 cuts every connection
        becomes(conn, mailing, "sent", "interrupted")
    states = sound(conn, mailing)
    assert states["accepted"] + states.get("in_doubt", 0) == 200
    assert states.get("in_doubt", 0) <= 2
    assert set(Counter(sink.arrived()).values()) == {1}


@pytest.fixture
def a_guarded_server() -> Iterator[str]:
    """A server that knows no password but `right`."""

    class Handler:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            return "250 2.0.0 Ok"

    def check(server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        good = given.password == b"right"
        return AuthResult(success=good, handled=good)

    controller = Controller(
        Handler(), "127.0.0.1", 0, authenticator=check, auth_required=True, auth_require_tls=False
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        controller.port = free.getsockname()[1]
    controller.start()
    yield f"127.0.0.1:{controller.port}"
    controller.stop()


def test_a_wrong_password_interrupts_at_once_in_the_servers_words(conn: Conn, a_guarded_server: str) -> None:
    with senders(1):
        mailing = begin(conn, 5, f"smtp://me:wrong@{a_guarded_server}?tls=none&connections=3")
        becomes(conn, mailing, "interrupted")
        eventually(lambda: "in_flight" not in counts(conn, mailing))
        assert sound(conn, mailing) == {"waiting": 5}
        found = reason(conn, mailing) or {}
        assert found["code"] == "technical"
        assert "535" in found["text"]
        with pytest.raises(Refused, match=r"interrupted \(technical\)"):
            command(conn, mailing, "resume")
        command(conn, mailing, "resume", reason="I look again")
        becomes(conn, mailing, "interrupted")
        assert sound(conn, mailing).keys() <= {"waiting", "in_flight"}


class Hanging:
    """A server that hangs up when it is given a certain recipient, and takes all others."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.talk, sock=self.listener))
        self.loop.run_forever()
        server.close()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(b"220 hello\r\n")
            recipient = b""
            while line := await reader.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    recipient = line[line.find(b"<") + 1 : line.rfind(b">")]
                    if recipient.startswith(b"reader3@"):
                        break
                if verb == b"DATA":
                    writer.write(b"354 go\r\n")
                    await reader.readuntil(b"\r\n.\r\n")
                    self.taken.append(recipient.decode())
                if verb == b"QUIT":
                    break
                writer.write(b"250 2.0.0 Ok\r\n")
        writer.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    server = Hanging()
    yield server
    server.stop()


def test_one_whom_the_server_hangs_up_on_does_not_keep_the_others(conn: Conn, hanging: Hanging) -> None:
    """After a few lost connections that recipient is deferred; everybody else has long been served."""
    with senders(1, "handoff.DROPS = 2"):
        mailing = begin(
            conn, 8, f"smtp://127.0.0.1:{hanging.port}?connections=1", retry_window_hours=1.0 / 3600
        )
        becomes(conn, mailing, "sent", seconds=60)
    assert sound(conn, mailing) == {"accepted": 7, "bounced": 1}
    assert sorted(hanging.taken) == [address(n) for n in (1, 2, 4, 5, 6, 7, 8)]
    (row,) = ledger(conn, mailing, state="bounced")
    assert row.address == address(3)


# -- nobody to send to -------------------------------------------------------------------


def test_an_empty_audience_interrupts(conn: Conn, a_sink: Sinks) -> None:
    sink = a_sink()
    with senders(1):
        empty = launch(conn, draft(conn, add_contacts(conn, "nobody", 0), sink.url()))
        becomes(conn, empty, "interrupted")
        assert (reason(conn, empty) or {})["code"] == "empty_audience"
        assert sound(conn, empty) == {}
        add_contacts(conn, "nobody", 3, first=11)
        command(conn, empty, "resume", reason="three have been added")
        becomes(conn, empty, "sent")
        for n in (1, 2):
            suppress(conn, 1, address(n), "manual", "test")
        skipped = launch(conn, draft(conn, add_contacts(conn, "two", 2), sink.url()))
        becomes(conn, skipped, "interrupted")
    assert (reason(conn, skipped) or {})["code"] == "empty_audience"
    assert sound(conn, skipped) == {"skipped": 2}
    assert sound(conn, empty) == {"accepted": 3}
