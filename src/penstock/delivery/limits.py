"""What slows a mailing down or keeps it waiting, in words: its limits, and the domains that are spared because they refuse for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row, dict_row

from penstock.account.pace import shortest
from penstock.delivery.sparing import PERIOD
from penstock.platform.database import sql

MEASURED: Final = 3
"""Digits of a rate that was measured and halved."""
_WHOSE: Final = {
    "all": "the platform", "account": "the account", "transport": "the transport", "mailing": "this mailing",
}  # fmt: skip


@dataclass(frozen=True)
class Spared:
    """A destination domain that refuses for now what comes over a transport: it is asked `rate` messages a second until `until`, then
    twice as many, until it has its usual pace again. `refused`: refusals that made it so; `reply`: the last of them."""

    transport: int
    domain: str
    rate: float
    usual: float
    since: datetime
    until: datetime
    refused: int
    reply: str


def spared(
    conn: psycopg.Connection[Any], account: int, *, mailing: int | None = None, transport: int | None = None
) -> list[Spared]:
    """Return the domains that are spared now over the account's transports, over one of them, or over that of one mailing."""
    with conn.cursor(row_factory=class_row(Spared)) as cursor:
        return cursor.execute(
            sql("penstock.delivery", "spared"),
            {"account": account, "mailing": mailing, "transport": transport},
        ).fetchall()


@dataclass(frozen=True)
class Held:
    """A limit that a mailing's messages have to keep: whose (`all`, `account`, `transport`, `mailing`, `domain`), as people write it."""

    scope: str
    domain: str | None
    rate: str | None
    connections: int | None


def held_to(conn: psycopg.Connection[Any], mailing: int) -> list[Held]:
    """Return the limits that hold for a mailing now; the domains that are spared stand in `spared`."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute("select * from delivery_limits(%s) order by scope, key", (mailing,)).fetchall()
    return [
        Held(row["scope"], row["domain"], str(shortest(row["rate"])) if row["rate"] else None, row["connections"])
        for row in rows if row["scope"] != "backoff"
    ]  # fmt: skip


def waits(conn: psycopg.Connection[Any], mailing: int) -> list[str]:
    """Say what a mailing's messages may have to wait for, one sentence for each limit; empty: nothing limits it."""
    told = [_limit(each) for each in held_to(conn, mailing)]
    row = conn.execute("select account_id from mailing_mailing where id = %s", (mailing,)).fetchone()
    return told + [words(each) for each in spared(conn, row[0], mailing=mailing)] if row else told


def words(spared: Spared) -> str:
    """Say that a domain is spared, and until when."""
    until = spared.until.astimezone(UTC)
    return (
        f"{spared.domain} refuses for now ({spared.reply}): it is asked {shortest(spared.rate, MEASURED)} at most until"
        f" {until:%H:%M:%S} UTC, then more again."
    )


def ease(conn: psycopg.Connection[Any]) -> None:
    """Ask the domains more again that have not refused for a while; the ticker's."""
    conn.execute("select delivery_ease(make_interval(secs => %s))", (PERIOD,))


def _limit(held: Held) -> str:
    whose = _WHOSE.get(held.scope, f"the domain {held.domain}")
    count = f"{held.connections} connections" if held.connections else ""
    return f"A limit of {whose}: {' and '.join(filter(None, (held.rate, count)))}."
