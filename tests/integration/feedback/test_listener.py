"""The listener takes what is ours, answers for it after the commit, and nothing makes it relay, hang or fall."""

import os
import smtplib
import socket
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from penstock.account import domains
from penstock.content.links import tokens
from penstock.delivery import freeze
from penstock.feedback import bounces, receive, strays
from penstock.feedback.inbound import dialogue as talk
from penstock.feedback.inbound import listener as port_of
from penstock.feedback.receive import Received
from penstock.platform import connections, environment
from tests.integration.delivery import stage
from tests.integration.delivery.stage import ANNA
from tests.integration.feedback import returning
from tests.integration.feedback.lmtp import dialogue, listening

Conn = psycopg.Connection[Any]
LETTER = b"From: someone@example.net\r\nSubject: hello\r\n\r\n"


def verp(mailing: int = 1, seq: int = 1) -> str:
    return f"bounce+{tokens(mailing, seq, environment.link_key())[0].decode()}@back.example.org"


@pytest.fixture
def port(conn: Conn) -> Iterator[int]:
    domains.create(conn, 1, name="example.org", return_host="back", spf="a:mail.example.org", actor=ANNA)
    try:
        with listening() as found:
            yield found
    finally:
        connections.close()


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was handed on, instead of what becomes of it."""
    found: list[dict[str, Any]] = []

    def receive_(conn: Conn, data: bytes, **more: Any) -> list[Received]:
        found.append({"data": data, **more})
        return [Received("bounced", 1, 1, "noted")]

    monkeypatch.setattr(receive, "receive", receive_)
    return found


def test_what_is_ours_is_taken_and_each_recipient_answered(port: int, taken: list[dict[str, Any]]) -> None:
    with dialogue(port) as lmtp:
        lmtp.mail("")
        assert [lmtp.rcpt(each)[0] for each in (verp(), "fbl@example.org", "Abuse+x@back.example.org")] == [
            250
        ] * 3
        lmtp.putcmd("data")
        assert lmtp.getreply()[0] == 354
        lmtp.send(LETTER + b"..dot\r\n.\r\n")
        assert [lmtp.getreply()[0] for _ in range(3)] == [250] * 3
        lmtp.mail("MAILER-DAEMON@example.net")  # one more over the same connection
        lmtp.rcpt(verp(7, 9))
        assert lmtp.data(LETTER)[0] == 250
    first, second = taken
    assert first["data"] == LETTER + b".dot\r\n"
    assert (first["door"], first["sender"], first["recipients"]) == (
        "lmtp",
        "",
        [verp(), "fbl@example.org", "Abuse+x@back.example.org"],
    )
    assert second["sender"] == "MAILER-DAEMON@example.net"


def test_nothing_is_taken_for_addresses_that_are_none_of_ours(port: int, taken: list[dict[str, Any]]) -> None:
    forged = verp().replace("+1-1-", "+1-2-")
    with dialogue(port) as lmtp:
        lmtp.mail("someone@example.net")
        for address in ("anna@example.org", "bounce@elsewhere.example", forged, "reader@example.net", "root",
                        "x" * 400 + "@example.org", "bounce+@back.example.org.evil.example"):  # fmt: skip
            assert lmtp.rcpt(address)[0] in (500, 550), address
        assert lmtp.docmd("DATA")[0] == 503
    assert taken == []


def test_only_the_beginning_of_a_large_message_is_kept(port: int, taken: list[dict[str, Any]]) -> None:
    long = LETTER + b"x" * 200_000 + b"\r\n" + b"line\r\n" * 300_000
    with dialogue(port) as lmtp:
        lmtp.mail("")
        lmtp.rcpt(verp())
        assert lmtp.data(long)[0] == 250
    assert taken[0]["data"] == long[: talk.KEPT]


def test_a_message_that_is_too_large_is_refused(
    port: int, taken: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "LARGEST", 10_000)
    with dialogue(port) as lmtp:
        lmtp.mail("")
        lmtp.rcpt(verp())
        lmtp.rcpt(verp())
        lmtp.putcmd("data")
        lmtp.getreply()
        lmtp.send(b"a line\r\n" * 2000 + b".\r\n")
        assert [lmtp.getreply()[0] for _ in range(2)] == [552, 552]
        assert lmtp.mail("", ["size=40000000"])[0] == 552
    assert taken == []


def test_while_the_database_is_away_everything_is_put_off(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with dialogue(port) as lmtp:
        lmtp.mail("")
        assert lmtp.rcpt(verp())[0] == 250  # the token says that it is ours
        monkeypatch.setattr(connections, "PATIENCE", 0.2)
        monkeypatch.setitem(os.environ, "PENSTOCK_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
        assert lmtp.rcpt("fbl@example.org")[0] == 451
        assert lmtp.data(LETTER)[0] == 451


def test_what_fails_within_is_put_off_and_the_connection_goes_on(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as broken, dialogue(port) as lmtp:
        broken.setattr(receive, "receive", fails)
        lmtp.mail("")
        lmtp.rcpt(verp())
        assert lmtp.data(LETTER)[0] == 451
        assert lmtp.rset()[0] == 250


def test_two_servers_cannot_be_made_to_see_two_messages(port: int, taken: list[dict[str, Any]]) -> None:
    """A dot between bare line ends does not end a message (SMTP smuggling)."""
    for smuggled in (b"\n.\n", b"\n.\r\n", b"\r.\r"):
        with dialogue(port) as lmtp:
            lmtp.mail("")
            lmtp.rcpt(verp())
            lmtp.putcmd("data")
            lmtp.getreply()
            lmtp.send(LETTER + b"one" + smuggled + b"MAIL FROM:<>\r\n.\r\n")
            assert lmtp.getreply()[0] == 250
        assert b"MAIL FROM" in taken[-1]["data"]
    assert len(taken) == 3


def test_lmtp_is_no_smtp_and_the_other_way_round(port: int, conn: Conn, taken: list[dict[str, Any]]) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        assert client.docmd("EHLO", "mx.example")[0] == 500
        assert client.docmd("HELO", "mx.example")[0] == 500
    with listening(smtp=True) as other, smtplib.SMTP("127.0.0.1", other, timeout=20) as client:
        assert client.ehlo("mx.example")[0] == 250
        assert {"pipelining", "8bitmime", "smtputf8", "size", "enhancedstatuscodes"} <= set(
            client.esmtp_features
        )
        client.sendmail("", [verp(), verp()], LETTER)
    assert [(each["door"], len(each["recipients"])) for each in taken] == [("smtp", 2)]


def test_connections_and_recipients_are_limited(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(port_of, "CONNECTIONS", 2)
    monkeypatch.setattr(talk, "RECIPIENTS", 3)
    with dialogue(port) as lmtp, dialogue(port):
        with socket.create_connection(("127.0.0.1", port), 20) as third:
            assert third.recv(100).startswith(b"421 4.3.2")
            assert third.recv(100) == b""
        lmtp.mail("")
        assert [lmtp.rcpt(verp())[0] for _ in range(4)] == [250, 250, 250, 452]
    with dialogue(port) as lmtp:
        assert lmtp.noop()[0] == 250


def test_a_server_with_many_messages_keeps_its_connection(port: int, taken: list[dict[str, Any]]) -> None:
    with dialogue(port) as client:
        for _ in range(1_100):
            assert client.docmd("MAIL FROM:<>")[0] == 250
            assert client.rset()[0] == 250


def test_who_drips_is_cut_off(
    port: int, taken: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talk, "READING", 0.3)
    with dialogue(port) as lmtp:
        lmtp.mail("")
        lmtp.rcpt(verp())
        lmtp.putcmd("data")
        lmtp.getreply()
        assert lmtp.sock is not None
        lmtp.sock.send(b"a")
        assert lmtp.sock.recv(1) == b""
    assert taken == []


@pytest.mark.parametrize("recipient", ["postmaster@back.example.org", "Postmaster"])
def test_what_cannot_be_placed_is_a_stray(port: int, conn: Conn, recipient: str) -> None:
    with dialogue(port) as lmtp:
        lmtp.mail("someone@example.net")
        assert lmtp.rcpt(recipient)[0] == 250
        assert lmtp.data(LETTER + b"Who are you?\r\n") == (250, b"2.0.0 Taken: stray")
    (stray,) = strays.page(conn, None, limit=5)
    assert (stray.door, stray.kind) == ("lmtp", "unrecognised")


@pytest.mark.behaviour("S3.15")
def test_a_bounce_that_comes_again_counts_once(port: int, conn: Conn) -> None:
    """The answer was lost, say: whoever handed it over does so again."""
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "readers", 2)))
    freeze.prepare(conn, mailing)
    stage.hand_over(conn, mailing)
    said = []
    for _ in range(2):
        with dialogue(port) as lmtp:
            lmtp.mail("")
            assert lmtp.rcpt(returning.verp(mailing, 1))[0] == 250
            said.append(lmtp.data(returning.message("postfix-user-unknown", mailing, 1))[1])
    assert said == [b"2.0.0 Taken: bounced", b"2.0.0 Taken: repeated"]
    assert stage.sound(conn, mailing) == {"accepted": 1, "bounced": 1}
    bounces.note(conn)
    next_one = stage.launch(conn, stage.draft(conn, 1))
    freeze.prepare(conn, next_one)
    assert stage.sound(conn, next_one) == {"waiting": 1, "skipped": 1}
