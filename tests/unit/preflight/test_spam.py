"""The verdict of spamd, read from its answer; a spamd that is not there keeps nothing from going."""

import socket
import threading
from collections.abc import Callable

import pytest

from penstock.preflight.analyst.spam import SpamdError, Verdict, ask, look, read_answer

SPAM = "SPAMD/1.1 0 EX_OK\r\nContent-length: 24\r\nSpam: True ; 7.6 / 5.0\r\n\r\nGTUBE,NO_RECEIVED\r\n,NO_RELAYS\n"


def test_an_answer_is_read() -> None:
    assert read_answer(SPAM) == Verdict(7.6, 5.0, ("GTUBE", "NO_RECEIVED", "NO_RELAYS"))
    assert read_answer("SPAMD/1.1 0 EX_OK\r\nSpam: False ; -0.1 / 5.0\r\n\r\n") == Verdict(-0.1, 5.0, ())


@pytest.mark.parametrize(
    "text",
    ["", "HTTP/1.1 200 OK\r\n\r\n", "SPAMD/1.0 76 Bad header line: x\r\n", "SPAMD/1.1 0 EX_OK\r\n\r\nx"],
)
def test_anything_else_is_no_verdict(text: str) -> None:
    with pytest.raises(SpamdError):
        read_answer(text)


@pytest.fixture
def spamd(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """`spamd(answer)`: something that answers once, and PENSTOCK_SPAMD names it."""
    listening = socket.create_server(("127.0.0.1", 0))
    monkeypatch.setenv("PENSTOCK_SPAMD", f"127.0.0.1:{listening.getsockname()[1]}")

    def answer(text: str) -> None:
        def run() -> None:
            line, _ = listening.accept()
            with line, listening:
                while line.recv(65536):
                    pass
                line.sendall(text.encode())

        threading.Thread(target=run, daemon=True).start()

    return answer


def test_the_score_stands_in_the_figures(spamd: Callable[[str], None]) -> None:
    spamd(SPAM)
    figures: dict[str, object] = {}
    [found] = look(b"Subject: x\r\n\r\nx\r\n", figures)
    assert (found.severity, found.code) == ("warning", "spam_score")
    assert "7.6 points" in found.text
    assert figures["spam"] == {"score": 7.6, "threshold": 5.0, "rules": ["GTUBE", "NO_RECEIVED", "NO_RELAYS"]}


def test_a_spamd_that_does_not_answer_is_said(
    spamd: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    spamd("")
    assert [each.code for each in look(b"x", {})] == ["spam_unknown"]
    monkeypatch.setenv("PENSTOCK_SPAMD", "127.0.0.1:1")
    assert [each.code for each in look(b"x", {})] == ["spam_unknown"]
    monkeypatch.delenv("PENSTOCK_SPAMD")
    assert list(look(b"x", {})) == []


def test_where_it_is_may_be_said_with_or_without_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> None:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    for where in ("spam.example", "spam.example:1783", "[::1]:1783"):
        with pytest.raises(OSError):
            ask(where, b"x")
    assert asked == [("spam.example", 783), ("spam.example", 1783), ("::1", 1783)]
