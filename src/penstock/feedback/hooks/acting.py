"""What providers tell, done: the ledger learns, complaints and unsubscribing take effect, opens and clicks are noted.

All of it is idempotent, so a request that is repeated counts once, and one that was cut off is simply told again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import psycopg

from penstock.content.links import NOBODY, verify_public
from penstock.delivery.learning import Learned, learn
from penstock.feedback import strays
from penstock.feedback.complaints import complained
from penstock.feedback.hooks import tracks
from penstock.feedback.hooks.keeping import Hook
from penstock.feedback.hooks.reading import Read
from penstock.feedback.hooks.told import Act, Told, act_of, said_of
from penstock.feedback.unsubscribe import Person, recipient, unsubscribe_person
from penstock.platform import environment
from penstock.platform.database import sql

ORIGIN: Final = "webhook"
MOST_STRAYS: Final = 20
"""Events of one request that are kept apart, as specimens; the others are counted. Who sends by the same provider with another
program as well has thousands that are none of ours."""
AT_ONCE: Final = 100
"""Events of one transaction: the counters of their mailings are locked so long."""
_TRACKS: Final = (Act.CLICKED, Act.OPENED)
_ORDER: Final = (Act.DELIVERED, Act.BOUNCED, Act.UNSUBSCRIBED, Act.COMPLAINED, *_TRACKS)
"""In which order those of a transaction are done, in all processes: so none waits for another that waits for it."""
_BROKEN: Final = (psycopg.errors.DataError, psycopg.errors.IntegrityError, ValueError)
"""What is wrong with one event and no other."""


class _One(NamedTuple):
    """An event, what is to be done about it, and whom it is about."""

    act: Act
    told: Told
    person: Person


def act(conn: psycopg.Connection[Any], hook: Hook, read: Read) -> Counter[str]:
    """Do what a webhook's request told; return how many of each kind: bounced, delivered, …, repeated, nothing, stray."""
    done: Counter[str] = Counter()
    with conn.transaction():
        for why, event in read.unreadable:
            _stray(conn, hook, "unreadable", f"{hook.title}: {why}", event, done)
        wanted = sorted(
            _placed(conn, hook, read.events, done),
            key=lambda one: (_ORDER.index(one.act), one.person.mailing, one.person.seq),
        )
    for some in _in_pieces(wanted):
        with conn.transaction():
            for one in some:
                if one.act not in _TRACKS:
                    _do(conn, hook, one, done)
            tracks.note(conn, [(one.person, one.told) for one in some if one.act in _TRACKS], done)
    _note(conn, hook, read.events)
    return done


def refuse(conn: psycopg.Connection[Any], hook: Hook, why: str, body: bytes, kind: str) -> None:
    """Keep a request that is not believed, or cannot be read, and say so on the webhook's page."""
    strays.keep(conn, ORIGIN, kind, f"{hook.title}: {why}", body, account=hook.account)
    conn.execute(
        "update feedback_hook set refused_at = now(), refused = %s where id = %s"
        " and (refused_at is null or refused_at < now() - interval '5 seconds')",
        (why, hook.id),
    )


def _placed(
    conn: psycopg.Connection[Any], hook: Hook, events: Sequence[Told], done: Counter[str]
) -> Iterator[_One]:
    """Those events that something is to be done about, with whom they are about; the others are counted or kept apart."""
    for told in events:
        what = act_of(told)
        if (
            what is Act.NOTHING or told.mark == NOBODY.decode()
        ):  # a test, sent to somebody of the account's own
            done["nothing"] += 1
        elif what is Act.UNKNOWN:
            _stray(
                conn,
                hook,
                "unrecognised",
                f"{hook.title}: what its event means is not known",
                _raw(told),
                done,
            )
        elif (person := _person(conn, hook, told.mark)) is not None:
            yield _One(what, told, person)
        else:
            kind, why = _nobody(told.mark)
            _stray(conn, hook, kind, f"{hook.title}: {why}", _raw(told), done)


def _person(conn: psycopg.Connection[Any], hook: Hook, mark: str) -> Person | None:
    """Whom a mark names, of the webhook's account: what an account's provider says moves no other account's ledger."""
    found = verify_public(mark, environment.link_key()) if mark else None
    person = recipient(conn, *found) if found else None
    return person if person is not None and person.account == hook.account else None


def _nobody(mark: str) -> tuple[str, str]:
    if not mark:
        return (
            "unknown",
            "it does not say which message it is about; messages of others, and those of before, bear no mark",
        )
    if verify_public(mark, environment.link_key()) is None:
        return "forged", "the mark of its message is none of ours"
    return "foreign", "its message is of no mailing of this account"


def _do(conn: psycopg.Connection[Any], hook: Hook, one: _One, done: Counter[str]) -> None:
    try:
        with conn.transaction():
            done[_done(conn, hook, one)] += 1
    except _BROKEN as error:
        why = f"{hook.title}: it could not be done ({type(error).__name__})"
        _stray(conn, hook, "unreadable", why, _raw(one.told), done)


def _done(conn: psycopg.Connection[Any], hook: Hook, one: _One) -> str:
    """Do one; say what came of it."""
    mailing, seq, told = one.person.mailing, one.person.seq, one.told
    if one.act is Act.DELIVERED or one.act is Act.BOUNCED:
        return _learnt(conn, hook, one).value
    if one.act is Act.COMPLAINED:
        new = complained(conn, mailing, seq, origin=ORIGIN, data={"provider": hook.provider})
    else:
        new = unsubscribe_person(conn, one.person, "provider", told.at)
    return one.act.value if new else "repeated"


def _learnt(conn: psycopg.Connection[Any], hook: Hook, one: _One) -> Learned:
    mailing, seq = one.person.mailing, one.person.seq
    if one.act is Act.DELIVERED:
        return learn(
            conn,
            mailing,
            seq,
            "delivered",
            origin=ORIGIN,
            text=f"{hook.title}: {one.told.text or 'delivered'}",
        )
    said = said_of(one.told, hook.title)
    return learn(
        conn, mailing, seq, "bounced", origin=ORIGIN, code=said.code, enhanced=said.enhanced, text=said.text
    )


def _stray(
    conn: psycopg.Connection[Any], hook: Hook, kind: str, why: str, event: bytes, done: Counter[str]
) -> None:
    done["stray"] += 1
    if done["stray"] <= MOST_STRAYS:
        strays.keep(conn, ORIGIN, kind, why, event, account=hook.account)


def _raw(told: Told) -> bytes:
    return repr(told.raw).encode("utf-8", "replace")[: strays.LARGEST]


def _note(conn: psycopg.Connection[Any], hook: Hook, events: Sequence[Told]) -> None:
    if events:
        conn.execute(sql("penstock.feedback", "note_hook"), {"hook": hook.id, "kind": events[-1].kind})


def _in_pieces(wanted: Iterable[_One]) -> Iterator[list[_One]]:
    rest = iter(wanted)
    while piece := list(islice(rest, AT_ONCE)):
        yield piece
