"""COPY fed from a thread of its own, so that the next rows are made while the server takes the last ones."""

import contextlib
import queue
import socket
import threading
from collections.abc import Iterable
from typing import Any, Final

import psycopg

_WAITING: Final = 4  # blocks of rows (0.7 MB each, as a rule) made and not yet taken

_UNDERWAY: Final = (
    1 << 20
)  # bytes the system may hold for the server, as far as it allows: work for some 20 ms


def feed(copy: psycopg.Copy, rows: Iterable[bytes]) -> None:
    """Write all rows. What making them raises, and what the server refuses, is raised here; the thread has ended then."""
    _widen(copy.connection)
    waiting: queue.Queue[bytes | None] = queue.Queue(_WAITING)
    failed: list[BaseException] = []

    def write() -> None:
        try:
            while block := waiting.get():
                copy.write(block)
        except BaseException as error:  # for the thread that makes rows to raise
            failed.append(error)
            while waiting.get():  # it may be waiting for room
                pass

    thread = threading.Thread(target=write, name="copy", daemon=True)
    thread.start()
    try:
        for block in rows:
            if failed:
                break
            if block:
                waiting.put(block)
    finally:
        waiting.put(None)
        thread.join()
    if failed:
        raise failed[0]


def _widen(conn: psycopg.Connection[Any]) -> None:
    """Let the server find something to read while the other thread holds the interpreter's lock."""
    line = socket.socket(fileno=conn.fileno())
    try:
        with contextlib.suppress(OSError):  # some systems refuse more than they allow instead of giving that
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNDERWAY)
    finally:
        line.detach()  # the socket is libpq's
