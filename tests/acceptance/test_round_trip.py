"""The whole way there and back: sent by Penstock to one Postfix, relayed to a second one, refused, returned, suppressed, skipped.

The second refuses one reader at RCPT, so that the first writes the bounce; another it accepts and cannot deliver, so that it writes
the bounce itself. Both come back to the return path of the message, which the first hands to the listener over LMTP.
"""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from bench.smtpsink import free_port
from penstock.account import domains
from penstock.delivery import freeze
from penstock.delivery.check import check
from penstock.platform import connections
from tests.acceptance.judges import postfix, wire
from tests.integration.delivery import stage
from tests.integration.delivery.conftest import CatchingThread
from tests.integration.feedback.lmtp import listening

Conn = psycopg.Connection[Any]
FAR = ("reader2@example.net", "reader3@example.net")
"""Whom the second Postfix refuses, and whom the server behind it refuses."""


@pytest.fixture
def relay(conn: Conn) -> Iterator[postfix.Postfix]:
    """The first Postfix, which knows the second and the listener."""
    far = CatchingThread(refuse={FAR[1]: "550 5.2.1 This mailbox is closed"})
    port = free_port()
    try:
        with (
            listening() as back,
            postfix.running(
                far.catcher.port,
                wire.answers,
                f"smtpd_recipient_restrictions = check_recipient_access inline:{{ {{{FAR[0]} = 550 5.1.1 No such user}} }}\n"
                f"transport_maps = inline:{{ {{back.example.org = smtp:[127.0.0.1]:{port}}} }}\n",
            ) as second,
            postfix.running(
                second.port,
                wire.answers,
                f"transport_maps = inline:{{ {{back.example.org = lmtp:[127.0.0.1]:{back}}} }}\n",
                port=port,
            ) as first,
        ):
            yield first
    finally:
        far.stop()
        connections.close()


def returns_to_back(conn: Conn) -> None:
    domain = domains.create(
        conn, 1, name="example.org", return_host="back", spf="a:mail.example.org", actor=stage.ANNA
    )
    conn.execute(
        "update account_domain set verified_at = now(), return_found_at = now() where id = %s", (domain.id,)
    )


@pytest.mark.behaviour("S3.15")
def test_there_and_back(conn: Conn, relay: postfix.Postfix) -> None:
    returns_to_back(conn)
    via = f"smtp://127.0.0.1:{relay.port}"
    listed = stage.add_contacts(conn, "readers", 3)
    held = stage.launch(conn, stage.draft(conn, listed, via))
    freeze.prepare(conn, held)
    stage.command(conn, held, "pause")  # its ledger is written, and nobody has got it
    first = stage.launch(conn, stage.draft(conn, listed, via))
    with stage.senders(1):
        stage.becomes(conn, first, "sent")
        stage.eventually(lambda: stage.counts(conn, first) == {"accepted": 1, "bounced": 2})
        stage.eventually(lambda: len(suppressed(conn)) == 2)
        stage.command(conn, held, "resume")
        stage.becomes(conn, held, "sent")
        second = stage.launch(conn, stage.draft(conn, listed, via))
        stage.becomes(conn, second, "sent")
    assert suppressed(conn) == [(FAR[0], "hard_bounce"), (FAR[1], "hard_bounce")]
    assert stage.counts(conn, held) == stage.counts(conn, second) == {"accepted": 1, "skipped": 2}
    for mailing in (first, held, second):
        assert check(conn, mailing) == []
    said = conn.execute("select enhanced, text, origin, class from feedback_bounce order by seq").fetchall()
    assert [(row[0], row[2], row[3]) for row in said] == [("5.1.1", "dsn", "hard"), ("5.2.1", "dsn", "hard")]
    assert "No such user" in said[0][1]
    assert "closed" in said[1][1]


def suppressed(conn: Conn) -> list[tuple[str, str]]:
    return conn.execute("select normal, reason from audience_suppression order by normal").fetchall()  # type: ignore[return-value]
