"""The To list of a mailing: its recipients page by page, and those among them who are looked for.

What is searched, and shown beside the address, are the variables that the message uses: nobody learns more here of a contact than
its preview would tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from penstock.audience.variables import EVERY
from penstock.content.accepting import SMS
from penstock.delivery import chosen
from penstock.mailing.mailings import Mailing
from penstock.platform.database import sql
from penstock.preflight.walking import NEAR, Filter, walk, way_of

LOOKED_AT: Final = 50_000
"""Contacts whose attributes are looked at for one page (about half a second): where few match, it comes short, with a cursor."""

Place = Sequence[Any]
"""Where a page goes on: ["address", normalised address] or ["attribute", place of walking]."""


@dataclass(frozen=True)
class Listed:
    """One recipient in the To list, with the values of the variables that the message uses."""

    contact: int
    address: str
    attributes: dict[str, str]


def page(
    conn: psycopg.Connection[Any], mailing: Mailing, variables: Sequence[str], *, q: str = "", place: Place | None = None,
    limit: int = 50, most: int = LOOKED_AT,
) -> tuple[list[Listed], Place | None]:  # fmt: skip
    """Return recipients of the mailing, and where the next page begins (None: these were all). A search looks at `most` at once.

    Without `q` all, in their order. With it, those whose address begins so, by address; then those of whom the value of one of
    `variables` does, in whatever case.
    """
    wanted = q.strip().lower()
    if mailing.channel == SMS and wanted.startswith("+"):
        wanted = re.sub(r"[ ().-]", "", wanted)  # as people write numbers
    stage, after = place or (("address", "") if wanted else ("attribute", 0))
    found: list[Listed] = []
    if stage == "address":
        rows, on = _by_address(conn, mailing, wanted, str(after), limit, most)
        found = [_listed(contact, address, attributes, variables) for contact, address, attributes, _ in rows]
        if on is not None:
            return found, ("address", on)
        if not variables:
            return found, None
        if len(found) == limit:
            return found, ("attribute", 0)
        after = 0
    people, further = walk(
        conn, mailing, int(after), limit=limit - len(found), matching=_filter(wanted, variables, way_of(mailing)["normal"]),
        most=most if wanted else 2**62,
    )  # fmt: skip
    found += [_listed(each.contact, each.address, each.attributes, variables) for each in people]
    return found, None if further is None else ("attribute", further)


def _by_address(
    conn: psycopg.Connection[Any], mailing: Mailing, prefix: str, after: str, limit: int, most: int
) -> tuple[list[tuple[Any, ...]], str | None]:
    """Return up to `limit` whose address begins so: contact, address, attributes, normalised address; and where to go on."""
    given: dict[str, Any] = {"prefix": prefix, "portion": limit, "account": mailing.account}
    if mailing.frozen_at is None:
        rule = chosen.ready(conn, mailing.account, mailing.rule)
        name, holes = "find_rule", {
            "chosen": chosen.condition(rule, NEAR), **way_of(mailing),
            "second": chosen.second(conn, mailing.account, rule, mailing.channel),
        }  # fmt: skip
        given |= chosen.parameters(mailing.account, rule)
    else:
        name, holes = "find_ledger", {}
        given |= {"mailing": mailing.id}
    text = sql("penstock.preflight", name).format(every=EVERY, **holes)
    found: list[tuple[Any, ...]] = []
    for _ in range(max(1, most // limit)):
        rows = conn.execute(text, {**given, "after": after}, prepare=False).fetchall()
        looked, reached = rows[0][:2]
        fits = [tuple(row[2:]) for row in rows if row[2]]
        if len(found) + len(fits) > limit:
            found += fits[: limit - len(found)]
            return found, str(found[-1][3])
        found += fits
        if looked < limit:
            return found, None
        after = reached
        if len(found) == limit:
            break
    return found, after


def _filter(prefix: str, variables: Sequence[str], normal: str) -> Filter | None:
    """The condition that the value of a variable begins so, and that the address does not: that one was told before."""
    if not prefix:
        return None
    names = {f"name{n}": name for n, name in enumerate(variables)}
    one = " or ".join(f"starts_with(lower({EVERY} ->> %({key})s), %(prefix)s)" for key in names)
    return Filter(f"({one}) and not starts_with({normal}, %(prefix)s)", {**names, "prefix": prefix})


def _listed(contact: int, address: str, attributes: dict[str, str], variables: Sequence[str]) -> Listed:
    return Listed(contact, address, {name: attributes[name] for name in variables if name in attributes})
