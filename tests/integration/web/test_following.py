"""Clicks and opens by HTTP, from the process that answers them: what was answered is in the database, whatever happens to it."""

import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

import psycopg
import pytest

from penstock.content.links import follow_token, tokens
from penstock.feedback.check import check
from penstock.platform import environment
from tests import commands
from tests.integration.delivery.stage import add_contacts, draft
from tests.waiting import answers

READERS = 2_000
FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"}


@pytest.fixture(scope="module")
def mailing(module_database: str) -> int:
    with psycopg.connect(module_database, autocommit=True) as conn:
        number = draft(conn, add_contacts(conn, "readers", READERS))
        conn.execute(
            "insert into delivery_recipient (mailing, seq, contact, package, normal)"
            " select %s, row_number() over (order by id), id, 1, normal from audience_contact",
            (number,),
        )
        conn.execute(
            "insert into delivery_link (mailing, no, url) values (%s, 1, 'https://example.org/')", (number,)
        )
    return number


def token(mailing: int, seq: int) -> str:
    return follow_token(tokens(mailing, seq, environment.link_key())[1]).decode()


@contextmanager
def web(database: str) -> Iterator[tuple[int, commands.Forked]]:
    """A web process of the test's own that answers, and its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with open(os.devnull, "wb") as nowhere:
        process = commands.begin_web(port, nowhere, PENSTOCK_DATABASE_URL=database)
    try:
        answers(process, port, "/readyz")
        yield port, process
    finally:
        process.kill()
        process.wait()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, headers={**FIREFOX, **headers})
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


class Reader(threading.Thread):
    """Opens the message for recipients first, first + step … over one connection, until it is cut."""

    def __init__(self, port: int, mailing: int, first: int, step: int) -> None:
        super().__init__()
        self.port, self.mailing, self.answered = port, mailing, 0
        self.seqs = range(first, READERS + 1, step)

    def run(self) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            for seq in self.seqs:
                connection.request("GET", f"/o/{token(self.mailing, seq)}", headers=FIREFOX)
                answer = connection.getresponse()
                answer.read()
                self.answered += answer.status == 200
        except (OSError, HTTPException):
            pass
        finally:
            connection.close()


def test_what_was_answered_is_kept_by_a_process_that_is_killed(module_database: str, mailing: int) -> None:
    with web(module_database) as (port, process):
        _pages(port, mailing)
        _heads_without_end(port)
        readers = [Reader(port, mailing, first, 8) for first in range(1, 9)]
        for reader in readers:
            reader.start()
        until = time.monotonic() + 60
        while sum(reader.answered for reader in readers) < 200 and time.monotonic() < until:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        for reader in readers:
            reader.join()
    answered = sum(reader.answered for reader in readers)
    assert 200 <= answered < READERS, "killed in the middle"
    with psycopg.connect(module_database, autocommit=True) as conn:
        row = conn.execute(
            "select people from feedback_count where mailing = %s and kind = 'opened'", (mailing,)
        ).fetchone()
        assert row
        # Each reader waits for one answer at a time: no more can have been committed and not answered.
        assert answered <= row[0] <= answered + len(readers)
        assert check(conn, mailing) == []


def _pages(port: int, mailing: int) -> None:
    """What leads somewhere, and the pages of what does not."""
    status, headers, body = ask(port, f"/c/1-{token(mailing, 1)}")
    assert (status, headers["location"], body) == (302, "https://example.org/", b"")
    status, headers, body = ask(port, f"/c/1-{token(mailing, 1)}", "HEAD")
    assert (status, headers["location"], body) == (302, "https://example.org/", b"")
    status, headers, body = ask(port, f"/c/2-{token(mailing, 1)}", **{"Accept-Language": "fr"})
    assert (status, "Rien ici" in body.decode(), headers["cache-control"]) == (404, True, "no-store")
    status, _, body = ask(port, f"/c/1-{token(mailing + 1, 1)}")
    assert (status, "No longer here" in body.decode()) == (410, True), "its mailing was deleted"
    status, headers, _ = ask(port, f"/o/{token(mailing, 1)}", "POST")
    assert (status, headers["allow"]) == (405, "GET, HEAD")
    shown = ask(port, "/metrics")[2].decode()
    assert 'penstock_tracked_hits_total{kind="clicked"} 1.0' in shown
    assert 'penstock_tracked_hits_total{kind="scanned"} 1.0' in shown


def _heads_without_end(port: int) -> None:
    """Heads, chunks and trailers that never end are cut off; a body of the same size is none of them."""
    begun = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    chunked = b"POST /u/x HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert _poured(port, begun + b"X: ", b"x").startswith(b"HTTP/1.1 400")
    assert _poured(port, begun, b"X: y\r\n").startswith(b"HTTP/1.1 400")
    assert _poured(port, b"GET /", b"x").startswith(b"HTTP/1.1 400")
    _poured(port, chunked + b"1\r\nx\r\n0\r\n", b"X: y\r\n")
    _poured(port, chunked + b"1;", b"x")
    status, *_ = _posted(port, b"x" * 60_000)
    assert status == 404


def _posted(port: int, body: bytes) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("POST", "/nowhere", body, {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _poured(port: int, begun: bytes, more: bytes) -> bytes:
    """Send `begun` and then `more` again and again, until the connection is cut; it must be, before 4 MB. Returns the answer."""
    with socket.create_connection(("127.0.0.1", port), 15) as stranger:
        try:
            stranger.sendall(begun)
            for _ in range(64):
                stranger.sendall(more * (65_536 // len(more)))
            return stranger.recv(100)  # which takes too long where nobody cuts it off
        except ConnectionError:  # reset while we wrote
            pass
        try:
            return stranger.recv(100)
        except ConnectionError:
            return b"HTTP/1.1 400 (lost with the reset)"
