"""The letters, written over the API, sent by real senders through a real Postfix, and caught behind it."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests import nameserver
from tests.acceptance.judges import postfix, wire
from tests.acceptance.judges.round import Round


@pytest.fixture(scope="module")
def sent(module_database: str) -> Iterator[Round]:
    """Every letter to every reader, sent; both ends of the relay kept."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penstock.platform.settings")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PENSTOCK_BASE_URL", "https://mail.example.org")
        sink = wire.Sink()
        with (
            nameserver.running() as dns,
            postfix.running(sink.port, wire.answers) as relay,
            psycopg.connect(module_database, autocommit=True) as conn,
        ):
            django.setup()
            patch.setenv("PENSTOCK_DNS", dns.address)
            taps = [wire.Tap(port) for port in (relay.port, relay.seven)]
            try:
                yield _sent(conn, relay, sink, taps, dns)
            finally:
                for each in (*taps, sink):
                    each.close()


def _sent(
    conn: Any, relay: postfix.Postfix, sink: wire.Sink, taps: list[wire.Tap], dns: nameserver.Nameserver
) -> Round:
    from penstock.platform import connections

    done = Round(conn, taps, dns)
    try:
        done.send(sink, relay)
    finally:
        connections.close()
    return done
