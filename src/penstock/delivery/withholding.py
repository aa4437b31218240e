"""Withholding: a kill switch on a domain or a transport keeps recipients back, and the mailing goes on without them.

A transport: its lanes stop, and nothing is lost. A domain: lanes give its recipients back, to be due when the switch is lifted
(`infinity` in the ledger's due rows); here those are let go whose switch is there no longer.
"""

from __future__ import annotations

import time
from typing import Any, Final

import psycopg

from penstock.audience.address import parse
from penstock.platform.database import sql

AGAIN: Final = 10.0
"""Seconds after which the withheld are looked through although the switches are the same: a lane may have heard of a change late."""


def domain(address: str) -> str:
    """The domain of an address, as switches name it: lower-case A-labels."""
    return address.rpartition("@")[2].lower() if address.isascii() else parse(address).domain


class Withholding:
    """What the ticker knows of those withheld: when it looked through them, and which domains were withheld then."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[list[str], float]] = {}

    def let_go(self, conn: psycopg.Connection[Any]) -> int:
        """Make due who is withheld no longer; return how many."""
        found = dict(conn.execute(sql("penstock.delivery", "withheld")).fetchall())
        count, now = 0, time.monotonic()
        for mailing, domains in found.items():
            before, at = self._seen.get(mailing, (None, 0.0))
            if domains and domains == before and now - at < AGAIN:
                continue
            row = conn.execute("select delivery_let_go(%s, %s)", (mailing, domains)).fetchone()
            count += int(row[0]) if row else 0
            self._seen[mailing] = (domains, now)
        self._seen = {mailing: seen for mailing, seen in self._seen.items() if mailing in found}
        return count
