"""What is said of a server that cannot be used: which one, what happened, what to do."""

import pytest

from penstock.transport.reply import Reply, Trouble
from penstock.transport.smtp.failures import describe
from penstock.transport.smtp.lines import ReplyReader, Unintelligible
from penstock.transport.smtp.server import Server

SERVER = Server("mail.example.org", 25)


def test_the_server_is_named_and_nothing_is_promised() -> None:
    closed = Reply(
        0, "4.4.2", "the server closed the connection", "greeting", "mail.example.org[192.0.2.1]:25"
    )
    told = describe(Trouble(closed, False), SERVER)
    assert told.startswith("mail.example.org:25: the server closed the connection. ")
    assert "try again in some minutes" in told
    assert "is tried again" not in told


def test_it_is_not_named_twice() -> None:
    refused = Reply(0, "4.4.1", "cannot connect to mail.example.org:25 (connection refused)", "connect", "")
    assert describe(Trouble(refused, False), SERVER).startswith("Cannot connect to mail.example.org:25 (")
    busy = Reply(454, "", "Busy", "ehlo", "")
    assert describe(Trouble(busy, False), SERVER).startswith(
        "mail.example.org:25 answered EHLO with: 454 Busy. "
    )


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"HTTP/1.1 400 Bad\x1b[31m\r\n", "with something that is not SMTP: HTTP/1.1 400 Bad [31m"),
        (b"\x00\x01\n", "with something that is not SMTP: no text"),
        (b"250-a\r\n251 b\r\n", "with a reply that changes its code: 251 b"),
    ],
)
def test_what_is_not_smtp_is_shown_as_text(sent: bytes, told: str) -> None:
    reader = ReplyReader()
    reader.feed(sent)
    with pytest.raises(Unintelligible) as raised:
        reader.next()
    assert str(raised.value) == told
