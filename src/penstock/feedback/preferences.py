"""What a person gets, and their say in it: the page behind the link to unsubscribe. The private token is the authority."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.audience import identity, public
from penstock.audience.public import Change, Offer
from penstock.audience.suppression import suppressed
from penstock.feedback.unsubscribe import note, person_of

OWN = "unsubscribed"
"""The only reason for which nothing is sent that a person can undo."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """What one person gets. `nothing`: why they get nothing at all (a reason of audience.suppression), None when they do."""

    address: str
    nothing: str | None
    offers: list[Offer]


def read(conn: psycopg.Connection[Any], token: str) -> Preferences | None:
    """Return what the holder of `token` gets and may choose; None when nobody holds it. Changes nothing."""
    person = person_of(conn, token)
    if person is None:
        return None
    return Preferences(
        masked(person.address),
        suppressed(conn, person.account, person.address),
        public.offers(conn, person.account, person.contact),
    )


def choose(
    conn: psycopg.Connection[Any], token: str, *, shown: Collection[int], wanted: Collection[int]
) -> Change | None:
    """Put the holder of `token` on the `wanted` of the public lists that were `shown`, and off the others; note the events.

    Returns what changed; None when nobody holds the token. Idempotent.
    """
    person = person_of(conn, token)
    if person is None:
        return None
    with conn.transaction():
        change = public.choose(conn, person.account, person.contact, shown=shown, wanted=wanted)
        for kind, lists in (("left", change.left), ("joined", change.joined)):
            for number in lists:
                note(conn, person, kind, {"list": number})
    return change


def masked(address: str) -> str:
    """Return an address so that who has it knows it again, and who was shown the page learns little: a…@example.org, +33…78."""
    if identity.is_number(address):
        return f"{address[:3]}…{address[-2:]}"
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}" if at else "…"
