"""A mailing as one of its recipients would get it, by the very bytes, and who comes before and after them.

Attributes are those of the moment: they are read when a message is made, here as by senders. A preview differs from what is sent
by the token in its links and its Message-ID, by its date, and (signed anew) by its signatures, and in nothing else.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.audience import contacts
from penstock.audience.variables import with_own
from penstock.content.accepting import SMS
from penstock.content.links import NOBODY
from penstock.content.message import Problem
from penstock.content.render import Program, date_bytes
from penstock.content.sms.seeing import Seen as Short
from penstock.content.sms.seeing import seen as in_parts
from penstock.mailing.mailings import Mailing
from penstock.preflight import walking, worst
from penstock.preflight.making import REASONS, CannotBeMade, program, short_program, values
from penstock.preflight.opening import Opened, opened, unstuffed
from penstock.preflight.worst import Case

__all__ = [
    "CannotBeMade",
    "NoSuchContact",
    "Nobody",
    "Preview",
    "Seen",
    "Steps",
    "Walk",
    "begin",
    "preview",
    "seen",
    "steps",
]  # fmt: skip


class NoSuchContact(LookupError):
    """The account has no contact of this number."""

    def __init__(self, contact: int) -> None:
        super().__init__(f"There is no contact {contact}.")


class Nobody(LookupError):
    """There is nobody to begin with: no recipients, or no cases."""


@dataclass(frozen=True)
class Walk:
    """In which order: all recipients, the cases of one `finding`, or with `worst` those of the whole analysis."""

    finding: int | None = None
    worst: bool = False

    @property
    def cases(self) -> bool:
        """Whether it goes by what an analysis found."""
        return self.worst or self.finding is not None


@dataclass(frozen=True)
class Seen:
    """Somebody as a mailing sees them: `attributes` as they are now; `why_not` says why they are no recipient, None when they are."""

    contact: int
    address: str
    attributes: dict[str, str]
    why_not: str | None


@dataclass(frozen=True)
class Steps:
    """The contacts before and after one in a walk, None at its ends; `case` where it goes by cases and this is one."""

    previous: int | None
    next: int | None
    case: Case | None


@dataclass(frozen=True)
class Preview:
    """One message: `data` as it goes out (RFC 5322, CRLF lines), the values that it used, and what whoever looks should know.

    Of a short message `data` is its text in UTF-8, `sender` whom it is from, and `short` what there is to see of its parts.
    """

    seen: Seen
    data: bytes
    variables: dict[str, str | None]
    warnings: list[str]
    sender: str = ""
    short: Short | None = None

    @property
    def parts(self) -> Opened:
        """The message as it is opened at the other end."""
        if self.short is None:
            return opened(self.data)
        return Opened("", [("From", self.sender), ("To", self.seen.address)], None, self.short.text)


def seen(conn: psycopg.Connection[Any], mailing: Mailing, contact: int) -> Seen:
    """Return a contact of the account as the mailing sees it, recipient or not. Raises NoSuchContact."""
    found = walking.find(conn, mailing, contact)
    person = contacts.get(conn, mailing.account, contact)
    if person is None:
        raise NoSuchContact(contact)
    reached = walking.reached(conn, mailing, person)
    suppressed = _suppressed(conn, mailing, reached)
    if found is not None:
        return Seen(contact, found.address, found.attributes, suppressed)
    why_not = suppressed or _why_not(conn, mailing, person, reached)
    attributes = with_own(person.attributes, email=person.email, phone=person.phone)
    return Seen(contact, reached.address or person.address, attributes, why_not)


def preview(conn: psycopg.Connection[Any], mailing: Mailing, who: Seen) -> Preview:
    """Make the message for somebody. Raises CannotBeMade."""
    if mailing.channel == SMS:
        return _short(conn, mailing, who)
    maker = program(conn, mailing)
    given = values(maker, who.address, who.attributes)
    warnings = _warnings(maker.warnings, who)
    return Preview(who, _made(maker, given), dict(zip(maker.variables, given, strict=True)), warnings)


def _short(conn: psycopg.Connection[Any], mailing: Mailing, who: Seen) -> Preview:
    message, maker = short_program(conn, mailing)
    given = values(maker, who.address, who.attributes)
    try:
        short = in_parts(maker.encoded(given), message.text or "")
    except REASONS as error:
        raise CannotBeMade(str(error)) from error
    variables = dict(zip(maker.variables, given, strict=True))
    return Preview(who, short.text.encode(), variables, _warnings(maker.warnings, who), message.sender, short)


def _warnings(warnings: list[Problem], who: Seen) -> list[str]:
    told = [f"This contact would not get it: {who.why_not}."] if who.why_not else []
    return told + [str(warning) for warning in warnings]


def begin(conn: psycopg.Connection[Any], mailing: Mailing, walk: Walk) -> int:
    """Return the contact with whom a walk begins. Raises Nobody, NoAnalysis."""
    if walk.cases:
        first = worst.case(conn, mailing, finding=walk.finding)
        if first is None:
            raise Nobody(f"The analysis of mailing {mailing.id} found nothing about single recipients.")
        return first.contact
    contact = walking.neighbour(conn, mailing, 0)
    if contact is None:
        raise Nobody(f"Mailing {mailing.id} goes to nobody: see whom its audience means.")
    return contact


def steps(conn: psycopg.Connection[Any], mailing: Mailing, contact: int, walk: Walk) -> Steps:
    """Return who comes before and after a contact; for one who is not part of the walk its first comes next. Raises NoAnalysis."""
    if walk.cases:
        case = worst.case(conn, mailing, finding=walk.finding, contact=contact)
        if case is None or case.contact != contact:
            return Steps(None, case.contact if case else None, None)
        return Steps(case.previous, case.next, case)
    place = walking.placed(conn, mailing, contact)
    if place is None:
        return Steps(None, walking.neighbour(conn, mailing, 0), None)
    before, after = (walking.neighbour(conn, mailing, place, back=back) for back in (True, False))
    return Steps(before, after, None)


def _made(maker: Program, given: tuple[str | None, ...]) -> bytes:
    try:
        return unstuffed(maker.envelope_data(given, NOBODY, NOBODY, date_bytes(time.time()), eightbit=True))
    except REASONS as error:
        raise CannotBeMade(str(error)) from error


def _suppressed(conn: psycopg.Connection[Any], mailing: Mailing, reached: walking.Reached) -> str | None:
    """Whether the address gets nothing; one that was suppressed after the freeze is skipped when its turn comes."""
    row = conn.execute(
        "select reason from audience_suppression where account_id = %s and normal = %s",
        (mailing.account, reached.normal),
    ).fetchone()
    return f"{reached.named} is suppressed ({row[0].replace('_', ' ')})" if row else None


def _why_not(
    conn: psycopg.Connection[Any], mailing: Mailing, person: contacts.Contact, reached: walking.Reached
) -> str:
    """Why a contact that is not suppressed is no recipient."""
    if not reached.reachable:
        return "it has no telephone number" if mailing.channel == SMS else "it has no e-mail address"
    if mailing.frozen_at is not None:
        return "it was not chosen when the audience was frozen"
    on_it = conn.execute(
        "select from audience_membership where list_id = %s and contact_id = %s",
        (mailing.audience.get("list"), person.id),
    ).fetchone()
    return (
        "other mailings that reached it, or did not, or segments exclude it"
        if on_it is not None or mailing.audience.get("list") is None
        else "it is not on the list"
    )
