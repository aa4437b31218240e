"""Top-ups: the one way in which people change an account's credits. What mailings do to them is `settling`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.account import access
from penstock.account.credits.kinds import CHANNELS
from penstock.account.journalling import record
from penstock.mailing.actor import Actor
from penstock.platform.database import sql

MOST: Final = 1_000_000_000
"""Credits in one entry."""
LONGEST: Final = 500
"""Characters of a note; a reference has a fifth of that."""


class CreditError(ValueError):
    """A top-up that cannot be; says what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger: by how much each part of the balance changed, and what was available after it (`remaining`).

    `mailing` and its `name` where a mailing did it; `reference` of a payment, if one was given.
    """

    id: int
    channel: str
    at: datetime
    kind: str
    available: int
    reserved: int
    spent: int
    remaining: int
    mailing: int | None
    name: str | None
    actor: str
    door: str
    note: str
    reference: str | None


def top_up(
    conn: psycopg.Connection[Any], account: int, actor: Actor, *, amount: int, channel: str = "email", note: str = "",
    reference: str | None = None,
) -> tuple[Entry, bool]:  # fmt: skip
    """Add credits (or take back, where `amount` is negative, what was added by mistake); return the entry, and whether it is a new one.

    A `reference` counts once for each account and channel: given again with the same amount it answers with the first entry.
    Told in the journal. Raises CreditError, Forbidden, LookupError for no such account.
    """
    access.require_in(actor, "credits:write", account)
    given = {
        "account": account, "channel": known(channel), "amount": _amount(amount), "actor": actor.name, "door": actor.door,
        "kind": "top_up" if amount > 0 else "taken_back", "note": _line(note, LONGEST, "note") or "",
        "reference": _line(reference, LONGEST // 5, "reference"),
    }  # fmt: skip
    if amount < 0 and not given["note"]:
        raise CreditError("Say why credits are taken back: give a note.")
    with conn.transaction():
        if conn.execute("select from account_account where id = %s", (account,)).fetchone() is None:
            raise LookupError(f"there is no account {account}")
        available = _lock(conn, account, channel)
        if given["reference"] and (before := _of_reference(conn, given)):
            return before, False
        if available + amount < 0:
            raise CreditError(
                f"{-amount:,} credits cannot be taken back: {available:,} are available. Those of mailings under way are theirs."
            )
        made = conn.execute(sql("penstock.account", "top_up"), given | {"remaining": available + amount})
        row = made.fetchone()
        assert row is not None
        record(
            conn, account, actor, "credits_top_up" if amount > 0 else "credits_taken_back", channel=channel, amount=amount,
            entry=row[0], **({"reference": given["reference"]} if given["reference"] else {}),
        )  # fmt: skip
        entry = find(conn, account, row[0])
        assert entry is not None
        return entry, True


def find(conn: psycopg.Connection[Any], account: int, number: int) -> Entry | None:
    """Return one entry of the account."""
    found = history(conn, account, before=number + 1, limit=1)
    return found[0] if found and found[0].id == number else None


def history(
    conn: psycopg.Connection[Any], account: int, *, channel: str | None = None, before: int | None = None, limit: int = 50
) -> list[Entry]:  # fmt: skip
    """Return entries, newest first; `before`: those with a lower number only."""
    given = {"account": account, "channel": channel, "before": before, "limit": limit}
    with conn.cursor(row_factory=class_row(Entry)) as cursor:
        return cursor.execute(sql("penstock.account", "credit_entries"), given).fetchall()


def known(channel: str) -> str:
    """Return the channel. Raises CreditError where there is none of this name."""
    if channel not in CHANNELS:
        raise CreditError(f"There is no channel {channel!r}; there is {', '.join(CHANNELS)}.")
    return channel


def _lock(conn: psycopg.Connection[Any], account: int, channel: str) -> int:
    """Lock the balance, which is there from now on; return what is available."""
    conn.execute(
        "insert into account_credit_balance (account_id, channel) values (%s, %s) on conflict do nothing",
        (account, channel),
    )
    row = conn.execute(
        "select available from account_credit_balance where account_id = %s and channel = %s for update",
        (account, channel),
    ).fetchone()
    assert row is not None
    return int(row[0])


def _of_reference(conn: psycopg.Connection[Any], given: dict[str, Any]) -> Entry | None:
    row = conn.execute(
        "select id, available from account_credit_entry"
        " where account_id = %(account)s and channel = %(channel)s and reference = %(reference)s",
        given,
    ).fetchone()
    if row is None:
        return None
    if row[1] != given["amount"]:
        raise CreditError(
            f"The reference {given['reference']} stands for {row[1]:,} credits already. Give another one, or none."
        )
    return find(conn, given["account"], row[0])


def _amount(amount: int) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int) or not amount or abs(amount) > MOST:
        raise CreditError(
            f"The amount is a whole number of credits, at most {MOST:,}; a negative one takes credits back."
        )
    return amount


def _line(text: str | None, longest: int, what: str) -> str | None:
    line = (text or "").strip()
    if not line:
        return None
    if len(line) > longest or not line.isprintable():
        raise CreditError(f"A {what} is one printable line of at most {longest} characters.")
    return line
