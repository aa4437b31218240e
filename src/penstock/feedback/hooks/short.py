"""What gateways for short messages tell: receipts go to the ledger, messages into the inbox, and who writes STOP gets no more.

A receipt that bears our mark says whom it means, also where the answer with its id was never seen; the others are placed by their id
(delivery.short.receipts). All of it is idempotent: what is told again counts once.
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
from penstock.feedback.unsubscribe import recipient
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
        done["receipts"] = receipts.take(conn, [(None, hook.transport, each) for each in heard.receipts])
        done["messages"] = incoming.take_of_transport(conn, hook.transport, heard.messages)
        conn.execute(sql("penstock.feedback", "note_hook"), {"hook": hook.id, "kind": heard.kind})
    done["marked"] = placed(conn, hook.account, heard.receipts)
    if done["messages"]:
        noting.note(conn)
    done["odd"] = heard.odd
    return +done


def placed(conn: psycopg.Connection[Any], account: int, told: Sequence[Receipt]) -> int:
    """Let the ledger of an account learn from receipts that bear our mark; return how many it did not know."""
    new, marked = 0, sorted(_marked(conn, account, told), key=lambda one: one[:2])
    for first in range(0, len(marked), AT_ONCE):
        with conn.transaction():
            new += sum(_learn(conn, *each) for each in marked[first : first + AT_ONCE])
    return new


def _marked(
    conn: psycopg.Connection[Any], account: int, told: Sequence[Receipt]
) -> list[tuple[int, int, Receipt]]:
    """The receipts that say by our mark whom they mean, of this account, and that say an end."""
    found = []
    for each in told:
        if each.state in ("delivered", "failed") and each.reference and each.reference != NOBODY.decode():
            place = verify_public(each.reference, environment.link_key())
            person = recipient(conn, *place) if place else None
            if person is not None and person.account == account:
                found.append((person.mailing, person.seq, each))
    return found


def _learn(conn: psycopg.Connection[Any], mailing: int, seq: int, receipt: Receipt) -> bool:
    failed = receipt.state == "failed"
    said = receipt.text or receipt.state
    if receipt.error and receipt.error not in said:
        said = f"{said}, error {receipt.error}"
    done = learn(
        conn, mailing, seq, "bounced" if failed else "delivered", origin="receipt", code=550 if failed else 250, text=said
    )  # fmt: skip
    return done in ("bounced", "delivered", "early")
