"""Who writes that they want no more is unsubscribed by the listener, where it is known that mail to the return host comes here."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any
from urllib.parse import unquote

import psycopg
import pytest

from penstock.account import domains, transports
from penstock.audience.suppression import suppressed
from penstock.cli import domain_records
from penstock.content.links import return_path, tokens
from penstock.content.render import date_bytes
from penstock.delivery import freeze, order
from penstock.feedback import doctor, receive
from penstock.mailing.mailings import find
from penstock.platform import connections, environment
from penstock.preflight.making import program
from tests.integration.delivery import stage
from tests.integration.delivery.test_signing import domain
from tests.integration.feedback import returning
from tests.integration.feedback.lmtp import dialogue, listening
from tests.signatures import dkimpy_says, rsa_key, unstuffed

Conn = psycopg.Connection[Any]
HOST = "back.example.org"
BASE = "https://mail.example.org"


def handed_over(conn: Conn, name: str = "readers") -> int:
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, name, 3)))
    freeze.prepare(conn, mailing)
    stage.hand_over(conn, mailing)
    return mailing


def made(conn: Conn, mailing: int, seq: int = 1) -> bytes:
    """The message as a sender makes it."""
    loaded = order.load(conn, mailing)
    public, private = tokens(mailing, seq, loaded.key)
    row = ("reader1@example.net", *("x" for _ in loaded.program.variables[1:]))
    data: bytes = loaded.program.envelope_data(row, public, private, date_bytes(0), eightbit=True)
    return unstuffed(data)


def ways(data: bytes) -> list[str]:
    """What the message names in List-Unsubscribe."""
    return re.findall(r"<([^>]*)>", message_from_bytes(data)["List-Unsubscribe"])


def verp(mailing: int, seq: int) -> str:
    return return_path(tokens(mailing, seq, environment.link_key())[0], HOST.encode()).decode()


def come_in(port: int, recipient: str, data: bytes) -> bytes:
    with dialogue(port) as lmtp:
        lmtp.mail("")
        assert lmtp.rcpt(recipient)[0] == 250
        return lmtp.data(data)[1]


@pytest.fixture
def port(conn: Conn) -> Iterator[int]:
    domain(conn, rsa_key(), host=HOST)
    try:
        with listening() as found:
            yield found
    finally:
        connections.close()


def test_who_writes_to_the_address_of_a_message_is_unsubscribed(
    port: int, conn: Conn, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailing = handed_over(conn)
    (before,) = ways(made(conn, mailing))
    assert before.startswith("mailto:news@example.org?")  # the DNS alone proves nothing
    bounce = returning.message("postfix-user-unknown", mailing, 3)
    assert come_in(port, verp(mailing, 3), bounce) == b"2.0.0 Taken: bounced"

    assert domains.named(conn, 1, "example.org").unsubscribe_address == f"unsubscribe@{HOST}"
    (mailto,) = ways(made(conn, mailing, 2))
    monkeypatch.setenv("PENSTOCK_BASE_URL", BASE)
    signed = made(conn, mailing, 2)
    click, second = ways(signed)
    assert (click.startswith(f"{BASE}/u/"), second) == (True, mailto)
    assert message_from_bytes(signed)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert dkimpy_says(signed, [rsa_key()]) == ["pass"]
    assert (
        program(conn, find(conn, 1, mailing))._blueprint.unsubscribe.also
        == mailto.partition("%20")[0] + "%20"
    )

    address, _, subject = mailto.removeprefix("mailto:").partition("?subject=")
    letter = f"From: r@example.net\r\nTo: {address}\r\nSubject: {unquote(subject)}\r\n\r\n".encode()
    assert come_in(port, address, letter) == b"2.0.0 Taken: unsubscribed"
    assert suppressed(conn, 1, stage.address(2)) == "unsubscribed"


def test_what_proves_nothing_leaves_it_as_it_was(conn: Conn) -> None:
    number = domain(conn, rsa_key(), host=HOST)
    mailing = handed_over(conn)

    def heard() -> str | None:
        return domains.named(conn, 1, "example.org").unsubscribe_address

    def comes(recipient: str, seq: int = 1) -> None:
        receive.receive(conn, returning.message("postfix-user-unknown", mailing, seq), door="lmtp", recipients=[recipient])  # fmt: skip

    comes(f"bounce+{'0' * 20}@{HOST}")  # forged
    comes(verp(mailing, 1).replace(HOST, "example.org"))  # another host
    letter = b"From: r@example.net\r\nSubject: hello\r\n\r\n"
    receive.receive(conn, letter, door="lmtp", recipients=[f"postmaster@{HOST}"])  # anybody can write that
    other = b"Delivered-To: bounce@" + HOST.encode() + b"\r\n" + letter
    receive.receive(conn, other, door="imap", account=1)  # a mailbox of that one name
    assert heard() is None
    transports.create(conn, 1, name="far", url="smtp://mail.example.net", actor=stage.ANNA)
    (finding,) = doctor.check_unsubscribing(conn)
    assert (finding.level, "the sender's own mailbox" in finding.what) == ("warn", True)
    comes(verp(mailing, 1))
    assert heard()
    (finding,) = doctor.check_unsubscribing(conn)  # nobody listens any more
    assert (finding.level, f"name unsubscribe@{HOST}" in finding.what) == ("fail", True)
    conn.execute("update account_domain set return_heard_at = now() - interval '91 days'")
    assert (heard(), ways(made(conn, mailing))[0].startswith("mailto:news@")) == (None, True)
    comes(verp(mailing, 2))
    assert heard()
    domains.update(conn, 1, number, return_target="mx.elsewhere.example", actor=stage.ANNA)
    assert heard() is None


def test_a_mailbox_proves_it_by_what_was_delivered_to_that_name(
    conn: Conn, capsys: pytest.CaptureFixture[str]
) -> None:
    domain(conn, rsa_key(), host=HOST)

    def said() -> str:
        domain_records.show(conn, "example.org", None, zone=False, json=False)
        return capsys.readouterr().out

    assert f"Unsubscribing by mail: to the sender, until mail to {HOST} has come in here." in said()
    letter = b"Delivered-To: Unsubscribe@Back.Example.org\r\nSubject: a try\r\n\r\n"
    (stray,) = receive.receive(conn, letter, door="imap", account=1)
    assert stray.done == "stray"
    assert domains.named(conn, 1, "example.org").unsubscribe_address == f"unsubscribe@{HOST}"
    assert f"Unsubscribing by mail: unsubscribe@{HOST}, which takes effect by itself." in said()
