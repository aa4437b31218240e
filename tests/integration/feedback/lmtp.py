"""A listener in a thread of the test, and what is said to it."""

import asyncio
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from penstock.feedback.inbound.certificate import Certificate
from penstock.feedback.inbound.listener import Listener


@contextmanager
def listening(*, smtp: bool = False, certificate: Certificate | None = None) -> Iterator[int]:
    """Give the port of a listener."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listener = Listener(smtp=smtp, certificate=certificate)
    asyncio.run_coroutine_threadsafe(listener.start(), loop).result(10)
    try:
        yield listener.port
    finally:
        asyncio.run_coroutine_threadsafe(listener.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@contextmanager
def dialogue(port: int) -> Iterator[smtplib.LMTP]:
    """Give a connection that has said LHLO."""
    with smtplib.LMTP("127.0.0.1", port, timeout=20) as client:
        client.ehlo("mx.example.org")
        yield client
