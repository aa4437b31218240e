"""Gateways asked what became of messages: of those that no receipt told of, by their id; of those in doubt, by our mark.

Only where a gateway can be asked. A portion a minute and server, round and round; what is found goes the way of receipts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

import psycopg

from penstock.account import servers
from penstock.account.secrets import SecretError
from penstock.content.links import tokens
from penstock.delivery.short import receipts
from penstock.feedback.hooks.short import answered
from penstock.platform.database import sql
from penstock.platform.environment import link_key
from penstock.transport.gateway.asking import ask
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.server_url import ServerURLError
from penstock.transport.short import Receipt
from penstock.transport.terms import Way

log = logging.getLogger(__name__)

AGE: Final = 900.0
"""Seconds after which a receipt is overdue."""
DOUBT_AGE: Final = 120.0
"""Seconds after which one in doubt is asked about: its request has ended by then, on the other side too."""
MOST: Final = 100
"""Messages of one portion."""
_ENDS: Final = ("delivered", "failed")

Places = dict[tuple[int, str], tuple[int, ...]]
"""How far each server's round has come, of ids and of marks."""


def look(conn: psycopg.Connection[Any], places: Places) -> int:
    """Ask every gateway that can be asked about its next portion; return how many ends were told. `places` is kept from turn to turn."""
    told = 0
    rows = conn.execute(
        "select distinct t.id, t.account_id from account_transport t join account_server s on s.transport_id = t.id"
        " where t.channel = 'sms' and s.enabled and s.url ~ '^(sms[+]https?|twilio):' order by 1"
    ).fetchall()
    for transport, account in rows:
        try:
            found = servers.ways(conn, transport)
        except (SecretError, ServerURLError) as error:
            log.warning("the gateways of transport %s cannot be asked: %s", transport, error)
            continue
        for way in found:
            if isinstance(way.terms, Gateway) and way.terms.asks:
                told += _overdue(conn, account, transport, way, way.terms, places)
                told += _marks(conn, account, transport, way, way.terms, places)
    return told


def _overdue(
    conn: psycopg.Connection[Any], account: int, transport: int, way: Way, gateway: Gateway, places: Places
) -> int:
    """Ask about those that were accepted long ago: by their id, with our mark where that is wanted too, or by our mark alone."""
    mailing, seq, part = places.get((way.number, "ids"), (0, 0, 0))
    given = {"servers": [way.number], "age": AGE, "most": MOST, "mailing": mailing, "seq": seq, "part": part}
    rows = conn.execute(sql("penstock.delivery", "unanswered"), given).fetchall()
    places[way.number, "ids"] = tuple(rows[-1][:3]) if len(rows) == MOST else (0, 0, 0)
    if not rows:
        return 0
    if gateway.asks_by_mark:
        return _by_mark(conn, account, transport, gateway, [(mailing, seq) for mailing, seq, *_ in rows])
    found = asyncio.run(ask(gateway, [(number, _mark(*place)) for *place, _, number, _ in rows]))
    ended = [each for each in found if each.state in _ENDS]
    with conn.transaction():
        receipts.take(conn, [(way.number, None, each) for each in ended])
    return len(ended)


def _marks(
    conn: psycopg.Connection[Any], account: int, transport: int, way: Way, gateway: Gateway, places: Places
) -> int:
    """Ask about those in doubt, where our own name of a message will do."""
    if not gateway.asks_by_mark:
        return 0
    mailing, seq = places.get((way.number, "marks"), (0, 0))
    given = {"transport": transport, "age": DOUBT_AGE, "most": MOST, "mailing": mailing, "seq": seq}
    rows = conn.execute(sql("penstock.feedback", "doubted"), given).fetchall()
    places[way.number, "marks"] = tuple(rows[-1]) if len(rows) == MOST else (0, 0)
    if not rows:
        return 0
    return _by_mark(conn, account, transport, gateway, rows)


def _by_mark(
    conn: psycopg.Connection[Any],
    account: int,
    transport: int,
    gateway: Gateway,
    rows: Sequence[tuple[int, int]],
) -> int:
    """Ask about recipients (mailing, number in its ledger) by our own name for their messages."""
    found: Sequence[Receipt] = asyncio.run(ask(gateway, [("", _mark(*place)) for place in rows]))
    return answered(conn, account, transport, found)


def _mark(mailing: int, seq: int) -> str:
    return tokens(mailing, seq, link_key())[0].decode()
