"""What gateways for short messages tell: receipts go to the ledger, messages into the inbox, and who writes STOP gets no more.

A receipt that bears our mark says whom it means, also where the answer with its id was never seen: an end moves the ledger at once, and
one that is on its way is in doubt no more. The others are placed by their id (delivery.short.receipts). All of it is idempotent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg

from penstock.content.links import NOBODY, verify_public
from penstock.delivery.learning import learn
from penstock.delivery.short import receipts
from penstock.feedback.hooks.keeping import Hook
from penstock.feedback.short import incoming, noting
from penstock.platform import environment
from penstock.platform.database import sql
from penstock.transport.gateway import signed, telling
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.telling import Heard, Untold
from penstock.transport.short import Receipt

AT_ONCE: Final = 100
"""Receipts of one transaction that lock the counters of their mailings."""


class Forged(Exception):
    """The request is not signed as the gateway would have signed it; says why."""


def read(
    gateways: Sequence[Gateway], key: str, headers: Mapping[str, str], address: str, query: str, body: bytes
) -> Heard:
    """Verify and read a request that came to `address` with this query. Raises Forged, Untold; nothing else, whatever is sent."""
    if not gateways:
        raise Untold("the transport has no such gateway any more")
    why: Exception | None = None
    for gateway in gateways:  # several servers of one transport may write differently
        try:
            _verify(gateway, key, headers, f"{address}?{query}" if query else address, body)
            return telling.heard(gateway, body, query, telling.header(headers, "Content-Type"))
        except (Forged, Untold) as error:
            why = why or error
    assert why is not None
    raise why


def _verify(gateway: Gateway, key: str, headers: Mapping[str, str], url: str, body: bytes) -> None:
    unsigned = gateway.name == "gateway" and gateway.shape.signature == "none"
    if not key and not unsigned:
        raise Forged("The key that its requests are verified with is not given yet.")
    try:
        signed.verify(gateway, key, headers, url, body)
    except signed.NotSigned as error:
        raise Forged(str(error)) from None


def act(conn: psycopg.Connection[Any], hook: Hook, heard: Heard) -> Counter[str]:
    """Do what a request told; return how many of each: receipts, messages, marked (placed by our mark), odd."""
    done: Counter[str] = Counter()
    with conn.transaction():
        told = _with_place(conn, hook.account, heard.receipts)
        done["receipts"] = receipts.take_of_transport(conn, hook.transport, told)
        done["messages"] = incoming.take_of_transport(conn, hook.transport, heard.messages)
        conn.execute(sql("penstock.feedback", "note_hook"), {"hook": hook.id, "kind": heard.kind})
    done["marked"] = _placed(conn, told)
    if done["messages"]:
        noting.note(conn, turns=1)
    done["odd"] = heard.odd
    return +done


def answered(conn: psycopg.Connection[Any], account: int, transport: int, found: Sequence[Receipt]) -> int:
    """Take what a gateway answered when it was asked by our marks; return how many ends the ledger did not know."""
    told = [one for one in _with_place(conn, account, found) if one[1] is not None]
    with conn.transaction():
        receipts.take_of_transport(conn, transport, told)
    return _placed(conn, told)


_Told = list[tuple[Receipt, tuple[int, int] | None]]


def _with_place(conn: psycopg.Connection[Any], account: int, told: Sequence[Receipt]) -> _Told:
    """Receipts, each with whom our mark in it means: a recipient of this account's."""
    key = environment.link_key()
    places = [_place(each, key) for each in told]
    mailings = {place[0] for place in places if place}
    query = "select id from mailing_mailing where id = any(%s) and account_id = %s"
    ours = {row[0] for row in conn.execute(query, (list(mailings), account))} if mailings else set()
    return [
        (each, place if place and place[0] in ours else None)
        for each, place in zip(told, places, strict=True)
    ]


def _place(receipt: Receipt, key: bytes) -> tuple[int, int] | None:
    if not receipt.reference or receipt.reference == NOBODY.decode() or receipt.state == "unknown":
        return None
    return verify_public(receipt.reference, key)


def _placed(conn: psycopg.Connection[Any], told: _Told) -> int:
    """Let the ledger learn of the ends that were told by our mark; return how many it did not know."""
    marked = sorted(
        ((*place, each) for each, place in told if place and each.state in ("delivered", "failed")),
        key=lambda one: one[:2],
    )
    new = 0
    for first in range(0, len(marked), AT_ONCE):
        with conn.transaction():
            new += sum(_learn(conn, *each) for each in marked[first : first + AT_ONCE])
    return new


def _learn(conn: psycopg.Connection[Any], mailing: int, seq: int, receipt: Receipt) -> bool:
    failed = receipt.state == "failed"
    said = receipt.text or receipt.state
    if receipt.error and receipt.error not in said:
        said = f"{said}, error {receipt.error}"
    done = learn(
        conn, mailing, seq, "bounced" if failed else "delivered", origin="receipt", code=550 if failed else 250, text=said
    )  # fmt: skip
    return done in ("bounced", "delivered", "early")
