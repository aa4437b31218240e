"""Withholding: a kill switch on a domain or a transport keeps recipients back, and the mailing goes on without them.

A transport: its lanes stop, and nothing is lost. A domain: lanes give its recipients back, to be due when the switch is lifted
(`infinity` in the ledger's due rows); here those are let go whose switch is there no longer. The mailing says who is withheld.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime
from typing import Any, Final

import psycopg

from penstock.audience.address import parse
from penstock.mailing import holding
from penstock.platform import database
from penstock.platform.database import sql

log = logging.getLogger(__name__)

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

    def tell(self, conn: psycopg.Connection[Any]) -> None:
        """Have each mailing say whom kill switches keep back, as long as they do."""
        for mailing, said, number, switches in conn.execute(sql("penstock.delivery", "holding")).fetchall():
            try:
                if not number:
                    holding.end(conn, mailing)
                elif said:
                    holding.restate(conn, mailing, words(number, switches))
                else:
                    holding.begin(conn, mailing, words(number, switches))
            except database.AWAY:
                raise
            except Exception:  # one mailing's trouble must not stop the others; it is tried again
                log.exception("mailing %s: whom it holds back cannot be said", mailing)


def words(number: int, switches: list[dict[str, Any]]) -> str:
    """Say how many wait, for which switches (rows of mailing_switch; `past`: it has expired), and how to let them go."""
    who, them = (f"{number:,} recipients are", "them") if number != 1 else ("1 recipient is", "it")
    by = " and ".join(map(_one, switches))
    lift = " && ".join(f"penstock kill-switch lift {switch['id']} --reason TEXT" for switch in switches)
    told = f"{who} held back by {by}. "
    if any(switch["past"] for switch in switches):
        told += "Nobody goes by itself when a switch ends. "
    told += f"Let {them} go:  {lift}"
    return told + (", or pause and resume the mailing." if all(switch["past"] for switch in switches) else "")


def _one(switch: dict[str, Any]) -> str:
    told = f"kill switch {switch['id']} ({switch['scope']} {switch['value']}, by {switch['made_by']}: {switch['reason']})"
    if not switch["expires_at"]:
        return told
    when = datetime.fromisoformat(switch["expires_at"]).astimezone(UTC)
    return f"{told}, which {'ended' if switch['past'] else 'ends'} {when:%Y-%m-%d %H:%M:%S} UTC"
