"""Messages that came in, noted: whom each means, what its keyword asks for, and that done.

STOP suppresses the number, and is an event of the newest mailing that went to it; START lifts that and nothing else: who complained, or
was struck off, stays so. Whoever is the ticker calls this once a second, a webhook at once. It can be repeated, and nothing is sent back.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from penstock.account.policy import tolerant
from penstock.audience.address import AddressError
from penstock.audience.number import parse
from penstock.audience.suppression import lift_own, suppress
from penstock.feedback.short.keywords import Keyword, meaning, plain
from penstock.mailing import journal
from penstock.platform.database import sql

log = logging.getLogger(__name__)

MOST: Final = 200
"""Messages of one transaction: the account's journal and the counters of mailings are locked so long."""
TURN: Final = 10
"""Transactions of one turn of the ticker, which has another a second later."""
DOOR: Final = "sms"
_EVENTS: Final = {"unsubscribed": "unsubscribed", "resubscribed": "resubscribed"}
_COMMANDS: Final = {"unsubscribed": "suppress", "resubscribed": "lift_suppression"}


@dataclass(frozen=True, slots=True)
class _New:
    """A message that nobody has noted. `transport_name` is None where the transport is gone."""

    account: int
    id: int
    transport: int
    number: str
    text: str
    transport_name: str | None
    policy: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Noted:
    """What a message was found to be. `mailing`, `seq`: the newest that its number got."""

    new: _New
    number: str
    word: Keyword | None = None
    done: str = "nothing"
    contact: int | None = None
    mailing: int | None = None
    seq: int | None = None

    @property
    def origin(self) -> str:
        """What the suppression says of where it came from."""
        return DOOR if self.mailing is None else f"{DOOR}, mailing {self.mailing}"


def note(conn: psycopg.Connection[Any], most: int = MOST, turns: int = TURN) -> int:
    """Note messages that came in since the last time, `most` of them in each of so many turns; return how many.

    All accounts have their part of a turn. One probe of an empty index where nothing came.
    """
    total = 0
    for _ in range(turns):
        total += (done := _note(conn, most))
        if done < most:
            break
    return total


def _note(conn: psycopg.Connection[Any], most: int) -> int:
    with conn.transaction(), conn.cursor(row_factory=class_row(_New)) as cursor:
        found = cursor.execute(sql("penstock.feedback", "new_messages"), {"most": most}).fetchall()
        if not found:
            return 0
        noted = [_one(conn, each) for each in found]
        _tell(conn, [each for each in noted if each.seq is not None and each.done in _EVENTS])
        _keep(conn, noted)
    return len(found)


def _one(conn: psycopg.Connection[Any], new: _New) -> _Noted:
    """Note one message; what is wrong with it must not keep the others waiting."""
    try:
        with conn.transaction():
            return _noted(conn, new)
    except (psycopg.errors.DataError, psycopg.errors.IntegrityError, ValueError, LookupError):
        log.exception("message %s that came in by SMS could not be understood", new.id)
        return _Noted(new, new.number)


def _noted(conn: psycopg.Connection[Any], new: _New) -> _Noted:
    """Find out whom one message means and what it asks for, and do that."""
    policy = tolerant(new.policy)
    number = _number(new.number, policy.country)
    row = conn.execute(
        sql("penstock.feedback", "written_to"), {"account": new.account, "number": number}
    ).fetchone()
    mailing, seq, contact = row or (None, None, None)
    word = meaning(new.text, [plain(each) for each in policy.stop_words.split(",") if plain(each)])
    found = _Noted(new, number, word, contact=contact, mailing=mailing, seq=seq)
    return replace(found, done=_act(conn, found))


def _number(written: str, country: str) -> str:
    """A number in E.164 where it is one; a short code or a name as it was told."""
    try:
        return parse(written, country or None).number
    except AddressError:
        return written


def _act(conn: psycopg.Connection[Any], found: _Noted) -> str:
    """Do what a keyword asks for; say what changed."""
    account, number = found.new.account, found.number
    try:
        if found.word is Keyword.STOP and suppress(conn, account, number, "unsubscribed", found.origin):
            return _journalled(conn, found, "unsubscribed")
        if found.word is Keyword.START and lift_own(conn, account, number):
            return _journalled(conn, found, "resubscribed")
    except AddressError:  # a name, a short code: nothing is sent there
        pass
    return "nothing"


def _journalled(conn: psycopg.Connection[Any], found: _Noted, done: str) -> str:
    journal.append(
        conn, account=found.new.account, mailing=None, actor="Penstock", door=DOOR, command=_COMMANDS[done],
        data={"address": found.number, "reason": "unsubscribed", "origin": found.origin, "message": found.new.id},
    )  # fmt: skip
    return done


def _tell(conn: psycopg.Connection[Any], noted: Sequence[_Noted]) -> None:
    """Note the events, all at once: feedback_note locks their counters in order."""
    if not noted:
        return
    conn.execute(
        "select feedback_note(%s::integer[], %s::integer[], %s::text[], null, null, %s::jsonb[], %s::text[])",
        (
            [each.mailing for each in noted],
            [each.seq for each in noted],
            [_EVENTS[each.done] for each in noted],
            [Jsonb({"door": DOOR}) for each in noted],
            [f"{DOOR} {each.new.id}" for each in noted],
        ),
    )


def _keep(conn: psycopg.Connection[Any], noted: Sequence[_Noted]) -> None:
    conn.execute(
        sql("penstock.feedback", "noted_messages"),
        [
            [each.new.id for each in noted], [each.number for each in noted],
            [str(each.word) if each.word else None for each in noted], [each.done for each in noted],
            [each.contact for each in noted], [each.mailing for each in noted], [each.seq for each in noted],
        ],
    )  # fmt: skip
