"""Receipts of short messages: taken in at once, placed in turn. They are from strangers; nothing of them can break a statement."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import psycopg
from psycopg.types.json import Jsonb

from penstock.transport.reply import sanitise
from penstock.transport.short import Receipt

_NUMBERS = re.compile(r"\+?\d{6,}")
MOST: Final = 1_000
"""Receipts that are placed in one transaction, which keeps senders of their mailings waiting for some ten milliseconds."""
TURN: Final = 10
"""Transactions of that size in one turn of the ticker, a second at most."""


def take(conn: psycopg.Connection[Any], found: Iterable[tuple[int | None, int | None, Receipt]]) -> int:
    """Keep receipts (server, transport, receipt) in the caller's transaction; return how many.

    The server is that of the row account_server, None where only the transport is known. The ticker places them within a second or
    two: by the id and the server, and by the number where it is told. What cannot be placed within an hour goes.
    """
    return _keep(conn, [row(server, transport, receipt) for server, transport, receipt in found])


def _keep(conn: psycopg.Connection[Any], told: list[dict[str, Any]]) -> int:
    if not told:
        return 0
    answer = conn.execute("select delivery_receipts_in(%s)", (Jsonb(told),)).fetchone()
    return int(answer[0]) if answer else 0


def take_of_transport(
    conn: psycopg.Connection[Any], transport: int, found: Iterable[tuple[Receipt, tuple[int, int] | None]]
) -> int:
    """The same of what a transport's gateways told, each with whom our own mark in it means (mailing, number in its ledger)."""
    told = []
    for receipt, place in found:
        mailing, seq = place or (None, None)
        told.append(row(None, transport, receipt) | {"mailing": mailing, "seq": seq})
    return _keep(conn, told)


def row(server: int | None, transport: int | None, receipt: Receipt) -> dict[str, Any]:
    """Return a receipt as delivery_receipts_in takes it: the number in E.164 or none, its words without numbers that could be somebody's."""
    return {
        "server": server, "transport": transport, "state": receipt.state, "id": sanitise(receipt.id), "number": _number(receipt.number),
        "reference": sanitise(receipt.reference), "error": _words(receipt.error, 32), "text": _words(receipt.text, 100),
    }  # fmt: skip


def _number(told: str) -> str:
    digits = told.removeprefix("+")
    return f"+{digits}" if 7 <= len(digits) <= 20 and digits.isascii() and digits.isdecimal() else ""


@lru_cache(maxsize=2048)
def _words(told: str, most: int) -> str:
    """What is said again and again; the ledger's dictionary keeps it once."""
    return _NUMBERS.sub("#", sanitise(told))[:most]


def settle(conn: psycopg.Connection[Any]) -> int:
    """Place what has come in, as much as one turn allows; return how many are done with. Costs one probe where nothing has."""
    total = 0
    for _ in range(TURN):
        answer = conn.execute("select delivery_receipts_settle(%s)", (MOST,)).fetchone()
        done = int(answer[0]) if answer else 0
        total += done
        if not done:  # what nobody knows yet is not waited for, and must not keep the others waiting
            break
    return total
