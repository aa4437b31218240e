"""The ledger page by page, filtered: first the numbers of those who may be wanted, then what became of them.

Of a million recipients a few hundred bounce, and a page of those must not read the others: the rare states are found by an index
on their outcomes, the deferred by the set of those who are due. The others are looked through in the ledger's order, for as long
as a page may take: where few of many are wanted, a page may be short and not the last.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.platform.database import sql
from penstock.report.ledger import CHOSEN, Row, chosen

PATIENCE = 1.0
"""Seconds that a page looks for rows, unless told otherwise."""

_RARE = {"in_doubt": 1, "skipped": 4, "bounced": 7}
"""States that have an index of their own, with their codes among the outcomes."""

_WIDEST = 100_000  # numbers whose domain is looked at at once
_AT_ONCE = 20_000  # numbers whose outcomes are looked at at once
_TOLD = f"select {', '.join(Row._fields)} from told {CHOSEN} limit %(limit)s"


@dataclass(frozen=True)
class Wanted:
    """Which recipients of a mailing: in a state, with a reason, at a domain (lower case); None is any."""

    mailing: int
    state: str | None = None
    reason: str | None = None
    domain: str | None = None

    @property
    def given(self) -> dict[str, Any]:
        """As the query of the ledger takes it. Raises ValueError for a state that there is not."""
        return chosen(self.mailing, self.state, self.reason, self.domain)


Stretch = tuple[dict[str, Any], int]
"""What the ledger is asked next, and the number up to which that answers for everybody."""


def page(
    conn: psycopg.Connection[Any], wanted: Wanted, after: int, limit: int, *, patience: float = PATIENCE
) -> tuple[list[Row], int | None]:
    """Return rows numbered beyond `after`, `limit` at most; and the number to go on after, None at the end.

    Raises ValueError for a state that there is not.
    """
    query = f"{sql('penstock.report', 'ledger')} {_TOLD}"
    given, until = wanted.given, time.monotonic() + patience
    found: list[Row] = []
    last = _last(conn, wanted.mailing)
    for stretch, reached in _stretches(conn, wanted, after, last, limit):
        asked = given | stretch | {"limit": limit - len(found)}
        found += map(Row._make, conn.execute(query, asked, prepare=False).fetchall())
        after = reached if len(found) < limit else found[-1].seq
        if len(found) == limit or time.monotonic() > until:
            break
    return found, (after if after < last else None)


def _last(conn: psycopg.Connection[Any], mailing: int) -> int:
    row = conn.execute("select max(seq) from delivery_recipient where mailing = %s", (mailing,)).fetchone()
    return int(row[0] or 0) if row else 0


def _stretches(
    conn: psycopg.Connection[Any], wanted: Wanted, after: int, last: int, limit: int
) -> Iterator[Stretch]:
    """Yield parts of the ledger, one after the other, that together have everybody wanted."""
    if wanted.state in _RARE:
        return _named(conn, "ledger_rare", wanted, after, last, limit)
    if wanted.state == "deferred":
        return _named(conn, "ledger_deferred", wanted, after, last, limit)
    if wanted.domain:
        return _at_domain(conn, wanted, after, last, limit)
    return _all(after, last, limit)


def _named(
    conn: psycopg.Connection[Any], statement: str, wanted: Wanted, after: int, last: int, limit: int
) -> Iterator[Stretch]:
    """Those whom a statement names; it says all there are when it names fewer than asked for."""
    code = _RARE.get(str(wanted.state))
    while after < last:
        given = {
            "mailing": wanted.mailing,
            "domain": wanted.domain,
            "code": code,
            "after": after,
            "limit": limit,
        }
        seqs = [row[0] for row in conn.execute(sql("penstock.report", statement), given).fetchall()]
        after = seqs[-1] if len(seqs) == limit else last
        yield {"seqs": seqs}, after
        limit = min(limit * 4, _AT_ONCE)


def _at_domain(
    conn: psycopg.Connection[Any], wanted: Wanted, after: int, last: int, limit: int
) -> Iterator[Stretch]:
    while after < last:
        upto = min(last, after + _WIDEST)
        given = {
            "mailing": wanted.mailing,
            "domain": wanted.domain,
            "after": after,
            "upto": upto,
            "limit": limit,
        }
        seqs = [row[0] for row in conn.execute(sql("penstock.report", "ledger_at_domain"), given).fetchall()]
        after = seqs[-1] if len(seqs) == limit else upto
        yield {"seqs": seqs}, after


def _all(after: int, last: int, limit: int) -> Iterator[Stretch]:
    """Growing stretches of the ledger as it is."""
    stretch = limit
    while after < last:
        upto = min(last, after + stretch)
        yield {"after": after, "upto": upto}, upto
        after, stretch = upto, min(stretch * 4, _AT_ONCE)
