"""Addresses and telephone numbers that must not be written to, and the predicate that asks for them.

Both stand in one table, each under its normal form: what is said of an address says nothing of its owner's number.
Set-wise, for a contact `c` (or anything with `account_id` and `normal`), the predicate is `SUPPRESSED` (for numbers: that of
audience.reach); PostgreSQL plans it as one hash anti-join (`not exists`) or as a probe of the unique index per row of a small set.
Freezing and claiming both use it, so that nobody is asked after in two ways. The suppression of somebody who was erased stands as a keyed hash
(audience.pseudonym); it names the address again when they come back (audience.returning), and is found by the address before that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.audience import meaning, pseudonym, reach
from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.platform.database import sql

REASONS: Final = ("unsubscribed", "hard_bounce", "soft_bounces", "complaint", "manual", "invalid")
"""Why an address is suppressed; the table has a CHECK with the same words."""

SUPPRESSED: Final = reach.EMAIL.suppressed
"""The predicate in SQL, over a row `c` with the columns account_id and normal."""


BY_HAND: Final = ("manual", "unsubscribed", "complaint", "hard_bounce")
"""The reasons that a person can give; `invalid` is what a file's check finds."""


class UnknownSuppression(LookupError):
    """There is no such suppression in this account."""

    def __init__(self, number: int) -> None:
        super().__init__(f"There is no suppression {number}.")


@dataclass(frozen=True, slots=True)
class Suppression:
    """One address or number (normalised) that is not written to, why, where that came from, and since when."""

    id: int
    address: str
    reason: str
    origin: str
    created_at: datetime


def suppress(conn: psycopg.Connection[Any], account: int, address: str, reason: str, origin: str) -> bool:
    """Suppress `address`; False when it was so already (the first reason stays). Raises AddressError.

    Here and below, what stands in a ledger for somebody who was erased is as good as an address.
    """
    if reason not in REASONS:
        raise ValueError(f"{reason!r} is no reason for a suppression; one of {', '.join(REASONS)} is.")
    known_as = _known_as(conn, account, address)
    done = conn.execute(
        "insert into audience_suppression (account_id, normal, reason, origin) select %s, %s, %s, %s"
        " where not exists (select from audience_suppression where account_id = %s and normal = any(%s))"
        " on conflict (account_id, normal) do nothing",
        (account, known_as[0], reason, origin, account, known_as),
    )
    return done.rowcount == 1


def suppress_all(
    conn: psycopg.Connection[Any], reason: str, those: Iterable[tuple[int, str, str]]
) -> set[tuple[int, str]]:
    """Suppress many for one reason: (account, normal form as a ledger has it, origin). Return the (account, normal) that were not so before."""
    new: set[tuple[int, str]] = set()
    rows = {(account, normal): origin for account, normal, origin in those}
    for account, normal in [known for known in sorted(rows) if pseudonym.is_pseudonym(known[1])]:
        if suppress(conn, account, normal, reason, rows.pop((account, normal))):
            new.add((account, normal))
    if rows:
        known = sorted(rows)
        new |= set(
            conn.execute(
                "insert into audience_suppression (account_id, normal, reason, origin)"
                " select account, normal, %s, origin from unnest(%s::integer[], %s::text[], %s::text[]) as t (account, normal, origin)"
                " on conflict (account_id, normal) do nothing returning account_id, normal",
                (reason, [a for a, _ in known], [n for _, n in known], [rows[each] for each in known]),
            ).fetchall()
        )
    return new


def _known_as(conn: psycopg.Connection[Any], account: int, address: str) -> list[str]:
    """Return how an address or a number may stand here: in its normal form, and as a pseudonym. Of a pseudonym that of who has come back, too."""
    if not pseudonym.is_pseudonym(address):
        normal = meaning.normal(conn, account, address)
        return [normal, pseudonym.of(account, normal)]
    rows = conn.execute(
        "select c.normal, c.phone from audience_returned b join audience_contact c on c.id = b.contact"
        " where b.account_id = %s and b.pseudonym = %s",
        (account, address),
    ).fetchall()
    back = {known for row in rows for known in row if known and pseudonym.of(account, known) == address}
    return [*sorted(back), address]


def lift(conn: psycopg.Connection[Any], account: int, address: str) -> bool:
    """Let `address` be mailed again; False when it was not suppressed. Raises AddressError."""
    done = conn.execute(
        "delete from audience_suppression where account_id = %s and normal = any(%s)",
        (account, _known_as(conn, account, address)),
    )
    return done.rowcount > 0


def lift_own(conn: psycopg.Connection[Any], account: int, address: str) -> bool:
    """Let somebody who unsubscribed be mailed again, because they say so; False when it was not for that. Raises AddressError."""
    done = conn.execute(
        "delete from audience_suppression where account_id = %s and normal = any(%s) and reason = 'unsubscribed'",
        (account, _known_as(conn, account, address)),
    )
    return done.rowcount > 0


def suppressed(conn: psycopg.Connection[Any], account: int, address: str) -> str | None:
    """Return the reason why `address` is suppressed, None when it may be mailed. Raises AddressError."""
    row = conn.execute(
        "select reason from audience_suppression where account_id = %s and normal = any(%s)",
        (account, _known_as(conn, account, address)),
    ).fetchone()
    return str(row[0]) if row else None


def newest(conn: psycopg.Connection[Any], account: int | None = None, *, mailing: int | None = None) -> int:
    """Return the id of the newest suppression of an account (given itself or by a mailing of it), 0 for none.

    One probe of an index. Ids are given before their rows commit, so a lower one can appear later: whoever skips by
    this number must read it before the snapshot that it stands for.
    """
    row = conn.execute(
        "select coalesce((select id from audience_suppression where account_id = "
        "coalesce(%(account)s::integer, (select account_id from mailing_mailing where id = %(mailing)s::integer))"
        " order by id desc limit 1), 0)"
        if account is None
        else "select coalesce((select id from audience_suppression where account_id = %(account)s order by id desc limit 1), 0)",
        {"account": account, "mailing": mailing},
    ).fetchone()
    assert row is not None
    return int(row[0])


def page(
    conn: psycopg.Connection[Any], account: int, *,
    limit: int, before: int | None = None, reason: str | None = None, address: str | None = None,
) -> list[Suppression]:  # fmt: skip
    """Return suppressions, newest first, those before the number `before`; only of a reason or an address, if given.

    Raises AddressError.
    """
    given = {
        "account": account, "limit": limit, "before": before, "reason": reason,
        "normals": None if address is None else _known_as(conn, account, address),
    }  # fmt: skip
    with conn.cursor(row_factory=class_row(Suppression)) as cursor:
        return cursor.execute(sql("penstock.audience", "page_of_suppressions"), given).fetchall()


def require(conn: psycopg.Connection[Any], account: int, number: int) -> Suppression:
    """Return one suppression. Raises UnknownSuppression."""
    found = page(conn, account, limit=1, before=number + 1)
    if not found or found[0].id != number:
        raise UnknownSuppression(number)
    return found[0]


def suppress_by_hand(
    conn: psycopg.Connection[Any], account: int, address: str, reason: str, actor: Actor
) -> tuple[Suppression, bool]:
    """Suppress `address` because somebody says so; return the suppression and whether it is new. Journalled when it is."""
    with conn.transaction():
        new = suppress(conn, account, address, reason, f"{actor.door} {actor.who}")
        found = page(conn, account, limit=1, address=address)[0]
        if new:
            _note(conn, account, actor, "suppress", found)
    return found, new


def lift_by_hand(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> None:
    """Let an address be mailed again; the journal says who decided so. Raises UnknownSuppression."""
    with conn.transaction():
        found = require(conn, account, number)
        gone = conn.execute(
            "delete from audience_suppression where account_id = %s and id = %s", (account, number)
        )
        if gone.rowcount != 1:
            raise UnknownSuppression(number)
        _note(conn, account, actor, "lift_suppression", found)


def _note(
    conn: psycopg.Connection[Any], account: int, actor: Actor, command: str, about: Suppression
) -> None:
    journal.append(
        conn, account=account, mailing=None, actor=actor.name, door=actor.door, command=command,
        data={"address": about.address, "reason": about.reason, "origin": about.origin},
    )  # fmt: skip
