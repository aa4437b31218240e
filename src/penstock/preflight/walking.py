"""Walking the recipients of a mailing in their one order, forwards and back.

Before the freeze they are whom the audience rule means now, the suppressed left out, in the order of the contacts, which is the
order that the freeze will give them. From then on the ledger is the audience. A *place* is a contact's number before, and the
number in the ledger after it. Nothing is counted, and no step looks at more than it has to: with a million on the list it takes as
long as with ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from penstock.audience import contacts, reach
from penstock.audience.variables import EVERY
from penstock.content.accepting import SMS
from penstock.delivery import chosen
from penstock.mailing.mailings import Mailing
from penstock.platform.database import sql

FEW: Final = 100
"""Members of the list that are looked at first; eight times as many each time that none of them fits."""
MANY: Final = 50_000
WHOLE: Final = 2**62
NEAR: Final = "array(select contact_id from near)"
"""The members that a statement looks at, in its SQL."""

_MEMBERS: Final = "(select contact_id from audience_membership where list_id = %(list)s)"
"""The members of a list, read in the order of its index."""
_EVERYBODY: Final = "(select id as contact_id from audience_contact where account_id = %(account)s)"
"""In place of the members of a list, where a rule names none."""

_FORWARDS = {"beyond": ">", "order": "asc", "last": "max"}
_BACKWARDS = {"beyond": "<", "order": "desc", "last": "min"}


@dataclass(frozen=True)
class Recipient:
    """Somebody to whom a mailing goes: as a contact, at an address, with the attributes of now."""

    contact: int
    address: str
    attributes: dict[str, str]
    place: int


@dataclass(frozen=True)
class Filter:
    """A further condition in SQL over a contact `c`, with its parameters."""

    condition: str
    parameters: Mapping[str, Any]


def walk(
    conn: psycopg.Connection[Any], mailing: Mailing, place: int, *, back: bool = False, limit: int = 1,
    matching: Filter | None = None, most: int = WHOLE,
) -> tuple[list[Recipient], int | None]:  # fmt: skip
    """Return up to `limit` recipients beyond `place`, nearest first, and the place to go on from; None: there is nobody beyond.

    At most `most` are looked at: where few match, a page may be short although more follow.
    """
    found: list[Recipient] = []
    looked, portion = 0, min(max(FEW, limit), most)
    while True:
        rows = _portion(conn, mailing, place, back, limit - len(found), portion, matching)
        number, reached = rows[0][:2]
        found += [Recipient(contact, address, attributes, at) for _, _, at, contact, address, attributes in rows if contact]  # fmt: skip
        looked += number
        if len(found) == limit:
            return found, found[-1].place
        if number < portion:
            return found, None
        place = reached
        if looked >= most:
            return found, place
        portion = min(portion * 8, MANY, most - looked)


def neighbour(
    conn: psycopg.Connection[Any], mailing: Mailing, place: int, *, back: bool = False
) -> int | None:
    """Return the contact before or after a place; None at the end."""
    found, _ = walk(conn, mailing, place, back=back)
    return found[0].contact if found else None


def find(conn: psycopg.Connection[Any], mailing: Mailing, contact: int) -> Recipient | None:
    """Return the recipient who is this contact; None when it is none."""
    if (place := placed(conn, mailing, contact)) is None:
        return None
    found, _ = walk(conn, mailing, place - 1, most=1)
    return found[0] if found and found[0].contact == contact else None


def placed(conn: psycopg.Connection[Any], mailing: Mailing, contact: int) -> int | None:
    """Return the place of a contact. Before the freeze everybody has one; then only who stands in the ledger."""
    if mailing.frozen_at is None:
        return contact
    person = conn.execute(
        f"select {reach.by(mailing.channel).normal}, c.updated_at from audience_contact c where c.id = %s and c.account_id = %s",
        (contact, mailing.account),
    ).fetchone()
    if person is None:
        return None
    row = conn.execute(
        "select seq from delivery_recipient where mailing = %s and normal = %s and package > 0 and contact = %s",
        (mailing.id, person[0], contact),
    ).fetchone()
    if (
        row is None and person[1] > mailing.frozen_at
    ):  # with another address perhaps: there is no index by contact, and this is rare
        by_contact = "select seq from delivery_recipient where mailing = %s and contact = %s and package > 0"
        row = conn.execute(by_contact, (mailing.id, contact)).fetchone()
    return int(row[0]) if row else None


@dataclass(frozen=True)
class Reached:
    """How a contact is reached by a mailing's channel: its `normal` form and its `address`, None where it has none of that kind."""

    normal: str | None
    address: str | None
    named: str

    @property
    def reachable(self) -> bool:
        return self.address is not None


def reached(conn: psycopg.Connection[Any], mailing: Mailing, person: contacts.Contact) -> Reached:
    """Return how a contact of the account is reached by the mailing's channel."""
    way = reach.by(mailing.channel)
    row = conn.execute(
        f"select {way.normal}, {way.address} from audience_contact c where c.id = %s and {way.reachable}",
        (person.id,),
    ).fetchone()
    normal, address = row or (None, None)
    return Reached(normal, address, "the number" if mailing.channel == SMS else "the address")


def way_of(mailing: Mailing) -> dict[str, str]:
    """What statements say about how the recipients are reached: by e-mail or by SMS."""
    way = reach.by(mailing.channel)
    return {
        "normal": way.normal,
        "address": way.address,
        "reachable": way.reachable,
        "suppressed": way.suppressed,
    }


def _portion(
    conn: psycopg.Connection[Any], mailing: Mailing, place: int, back: bool, limit: int, portion: int,
    matching: Filter | None,
) -> list[tuple[Any, ...]]:  # fmt: skip
    given: dict[str, Any] = {"place": place, "limit": limit, "portion": portion}
    if mailing.frozen_at is None:
        rule = chosen.ready(conn, mailing.account, mailing.rule)
        members = _MEMBERS if rule.get("list") is not None else _EVERYBODY
        name, holes = "walk_rule", {
            "chosen": chosen.condition(rule, NEAR), "members": members, **way_of(mailing),
            "second": chosen.second(conn, mailing.account, rule, mailing.channel),
        }  # fmt: skip
        given |= chosen.parameters(mailing.account, rule)
    else:
        name, holes = "walk_ledger", {}
        given |= {"mailing": mailing.id, "account": mailing.account}
    holes |= {
        "every": EVERY,
        "matching": matching.condition if matching else "true",
        **(_BACKWARDS if back else _FORWARDS),
    }
    text = sql("penstock.preflight", name).format(**holes)
    given |= dict(matching.parameters) if matching else {}
    return conn.execute(text, given, prepare=False).fetchall()
