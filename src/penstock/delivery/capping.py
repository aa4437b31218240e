"""The frequency cap: how many mailings of an account reach one address in so many days. Whoever has had so many is skipped: `capped`.

What counts: a mailing that reached the address within these days, and one in whose ledger it waits. What was cancelled, expired, bounced
or skipped does not. Exact although two mailings may be frozen at once: where the cap is on, the mailings of an account are frozen one
after the other (`alone`), and each sees the ledgers of those before it. Where it is off, nothing here costs anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import psycopg

from penstock.account.policy import CAP, tolerant
from penstock.audience import returning
from penstock.audience.reach import EMAIL, Reach
from penstock.platform.database import sql

LOCK: Final = 7006
"""First key of the advisory lock of those who freeze or add under a cap; the second is the account."""
REASON: Final = "capped"
"""The reason of the skipped."""
NOBODY: Final = "false"


@dataclass(frozen=True, slots=True)
class Cap:
    """So many mailings in so many days."""

    mailings: int
    days: int


def cap_of(policy: Mapping[str, Any]) -> Cap | None:
    """Return the cap of an account's policy as it is stored; None where it is off."""
    written = CAP.fullmatch(tolerant(policy).frequency_cap)
    return Cap(int(written[1]), int(written[2])) if written else None


@contextmanager
def alone(conn: psycopg.Connection[Any], mailing: int) -> Iterator[None]:
    """Have nobody else freeze or add in the account of this mailing, where it has a cap; and nobody be erased meanwhile.

    Taken before a transaction that looks at everything in one snapshot: the ledgers of those who were before have to be in it, and
    nobody who was erased.
    """
    row = conn.execute(
        "select m.account_id, a.policy from mailing_mailing m join account_account a on a.id = m.account_id where m.id = %s",
        (mailing,),
    ).fetchone()
    if row is None:
        yield
        return
    with ExitStack() as held:
        held.enter_context(_holding(conn, "_shared", returning.LOCK, row[0]))
        if cap_of(row[1]) is not None:
            held.enter_context(_holding(conn, "", LOCK, row[0]))
        yield


@contextmanager
def _holding(conn: psycopg.Connection[Any], mode: LiteralString, lock: int, account: int) -> Iterator[None]:
    conn.execute(f"select pg_advisory_lock{mode}(%s, %s)", (lock, account))
    try:
        yield
    finally:
        with suppress(psycopg.OperationalError):  # then it went with the connection
            conn.execute(f"select pg_advisory_unlock{mode}(%s, %s)", (lock, account))


def capped(
    conn: psycopg.Connection[Any], mailing: int, account: int, policy: Mapping[str, Any], reach: Reach = EMAIL,
    people: str | None = None, given: Mapping[str, Any] | None = None,
) -> str:  # fmt: skip
    """Look which addresses have had so many mailings as the account's policy allows; return the condition of their contacts `c`, in SQL.

    `people`: contacts `c` in SQL as behind `from`, with the parameters `given`, where only few are to be looked at. Holds for the
    caller's transaction.
    """
    cap = cap_of(policy)
    if cap is None:
        return NOBODY
    conn.execute("select pg_advisory_xact_lock(%s, %s)", (LOCK, account))
    conn.execute("drop table if exists pg_temp.capped; create temp table capped (normal text) on commit drop")
    asked = {"account": account, "mailing": mailing, "mailings": cap.mailings, "days": cap.days}
    if people is None:
        text = sql("penstock.delivery", "capped").replace("{among}", "")
        conn.execute(text, asked)
    else:
        text = sql("penstock.delivery", "capped").replace(
            "{among}", f"and r.normal = any(array(select {reach.normal} from {people}))"
        )
        conn.execute(text, {**(given or {}), **asked}, prepare=False)
    conn.execute("analyze capped")
    return f"{reach.normal} in (select x.normal from pg_temp.capped x)"


def keep(conn: psycopg.Connection[Any], mailing: int, policy: Mapping[str, Any]) -> None:
    """Note how many the cap skipped: the audience has not drifted by them."""
    if cap_of(policy) is None:
        return
    conn.execute(sql("penstock.delivery", "capped_keep"), {"mailing": mailing, "reason": REASON})
