"""What comes by mail: bounces, complaints, people who unsubscribe. One function takes a message, whichever door it came through.

Whom it is about is said by a token of ours and by nothing else: that of the return path which the message was sent to, else one in the
message that came back. An address alone is anybody's to write.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from penstock.audience.pseudonym import is_pseudonym
from penstock.content.links import parse_return_path, verify_public
from penstock.delivery.learning import Learned, learn
from penstock.feedback import hearing, strays, unsubscribe
from penstock.feedback.complaints import complained
from penstock.feedback.returned import complaint, dsn, whom
from penstock.feedback.returned.reading import (
    Automatic,
    Complaint,
    Reported,
    Returned,
    Unrecognised,
    Unsubscription,
    read,
)
from penstock.platform.environment import link_key

MOST: Final = 100
"""Envelope recipients of one message that are looked at; doors take fewer."""

_DAEMON: Final = re.compile(r"daemon|postmaster|mailer|bounce|admin|system|root|no-?reply", re.IGNORECASE)
"""Who writes bounces where it is not the null path, as RFC 5321 §4.5.5 has it."""

_LEARNED: Final = {
    Learned.BOUNCED: "The recipient has bounced.",
    Learned.DELIVERED: "The message was delivered.",
    Learned.REPEATED: "That was known.",
    Learned.EARLY: "It is kept until the hand-off is recorded.",
}


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a message for one envelope recipient.

    done: bounced, delivered, complained, unsubscribed, automatic, repeated (known before), early (to be applied), nothing (a delay and
    the like), stray (kept apart). `words`: that in one printable sentence.
    """

    done: str
    mailing: int | None
    seq: int | None
    words: str


class _Stray(Exception):
    """It cannot be placed: of which kind, why, and whose it seems to be."""

    def __init__(self, kind: str, why: str, account: int | None = None) -> None:
        super().__init__(why)
        self.kind, self.account = kind, account


@dataclass(frozen=True, slots=True)
class _Place:
    """Whom the message means for one envelope recipient, as far as a token says so, and their address in the ledger."""

    mailing: int
    seq: int
    account: int
    address: str


def holder(recipient: str) -> tuple[int, int] | None:
    """Return (mailing, seq) whose return path (VERP) `recipient` is; None when it is none of ours, or forged."""
    token = parse_return_path(recipient)
    return None if token is None else verify_public(token, link_key())


def receive(
    conn: psycopg.Connection[Any],
    data: bytes,
    *,
    door: str,
    recipients: Sequence[str] = (),
    sender: str | None = None,
    account: int | None = None,
) -> list[Received]:
    """Do what a message says, in one transaction, and tell what that was: for each envelope recipient, in their order.

    data: the message as it came, without dot stuffing. door: lmtp, smtp, imap. recipients: of the envelope; without any (a mailbox) the
    message's own notes of it are read, and one answer is given. sender: of the envelope, "" for the null path. account: whose mailbox it
    was picked up from; what means another account's mailing is kept apart. Repeated it does nothing more. Raises psycopg's errors only.
    """
    returned = read(data)
    wanted: list[str | None] = [*recipients[:MOST]] or [None]
    with conn.transaction():
        places = [_placed(conn, returned, each, account) for each in wanted]
        # In the order of (mailing, seq), as the ledger asks; and those who cannot be placed, last.
        turns = sorted(range(len(places)), key=lambda n: _turn(places[n]))
        answers = {n: _one(conn, returned, places[n], data, door, sender, account) for n in turns}
    found = [answers[n] for n in range(len(places))]
    # On its own: it locks the domain, and nothing is to wait for that.
    hearing.at_the_door(conn, zip((each.mailing for each in found), recipients, strict=False))
    if account is not None:
        hearing.in_a_mailbox(conn, account, returned.delivered)
    return found


def _known(place: _Place | _Stray) -> tuple[int | None, int | None]:
    return (None, None) if isinstance(place, _Stray) else (place.mailing, place.seq)


def _turn(place: _Place | _Stray) -> tuple[int, int, int]:
    return (1, 0, 0) if isinstance(place, _Stray) else (0, place.mailing, place.seq)


def _one(
    conn: psycopg.Connection[Any],
    returned: Returned,
    place: _Place | _Stray,
    data: bytes,
    door: str,
    sender: str | None,
    account: int | None,
) -> Received:
    try:
        return _act(conn, returned, place, sender, account)
    except _Stray as stray:
        if isinstance(place, _Place) and is_pseudonym(place.address):
            return Received("stray", *_known(place), "It means somebody who was erased: it is not kept.")
        strays.keep(conn, door, stray.kind, str(stray), data, account=stray.account or account)
        return Received("stray", *_known(place), str(stray))


def _act(
    conn: psycopg.Connection[Any],
    returned: Returned,
    place: _Place | _Stray,
    sender: str | None,
    account: int | None,
) -> Received:
    match returned.said:
        case Unsubscription(token):
            return _unsubscribe(conn, token, account)
        case Automatic():
            return Received("automatic", *_known(place), "A machine answered.")
        case Unrecognised(why, kind):
            raise _Stray(kind, why, place.account)
    if isinstance(place, _Stray):
        raise place
    match returned.said:
        case Complaint(kind):
            return _complain(conn, place, kind)
        case Reported(fates, origin):
            if origin == "text" and sender and not _DAEMON.search(sender.partition("@")[0]):
                raise _Stray("unrecognised", "It looks like a bounce, but a person sent it.", place.account)
            return _learn(conn, place, _fate_of(fates, place.address), origin)
    raise AssertionError("there is no other")


def _unsubscribe(conn: psycopg.Connection[Any], token: str, account: int | None) -> Received:
    person = unsubscribe.person_of(conn, token)
    if person is None:
        raise _Stray("forged", "It would unsubscribe by a token that is none of ours.")
    if account is not None and person.account != account:
        raise _Stray("foreign", "It unsubscribes from another account's mailings.")
    new = unsubscribe.unsubscribe(conn, token, door="mail")
    done, words = (
        ("unsubscribed", "The recipient is unsubscribed.") if new else ("repeated", "That was known.")
    )
    return Received(done, person.mailing, person.seq, words)


def _complain(conn: psycopg.Connection[Any], place: _Place, kind: str) -> Received:
    if kind in complaint.NO_COMPLAINTS:
        return Received("nothing", place.mailing, place.seq, f"The report {kind} is no complaint.")
    if kind in complaint.OPT_OUT:
        person = unsubscribe.recipient(conn, place.mailing, place.seq)
        new = person is not None and unsubscribe.unsubscribe_person(conn, person, "mail")
        return Received(
            "unsubscribed" if new else "repeated", place.mailing, place.seq, "The recipient opted out."
        )
    new = complained(conn, place.mailing, place.seq, origin="arf", data={"type": kind})
    return Received(
        "complained" if new else "repeated", place.mailing, place.seq, "The recipient complained."
    )


def _learn(conn: psycopg.Connection[Any], place: _Place, fate: dsn.Fate, origin: str) -> Received:
    if fate.action == dsn.FAILED:
        done = learn(
            conn, place.mailing, place.seq, "bounced",
            origin=origin, code=fate.code, enhanced=fate.enhanced, text=fate.said,
        )  # fmt: skip
    elif fate.action == dsn.DELIVERED:
        done = learn(
            conn, place.mailing, place.seq, "delivered", origin=origin, enhanced=fate.enhanced, text=fate.said
        )
    else:
        return Received(
            "nothing", place.mailing, place.seq, "It is delayed, or went on to elsewhere: nothing changes."
        )
    if done is Learned.UNKNOWN:
        raise _Stray("unknown", "Its recipient was never handed over.", place.account)
    return Received(str(done), place.mailing, place.seq, _LEARNED[done])


def _fate_of(fates: Sequence[dsn.Fate], address: str) -> dsn.Fate:
    """The fate that is meant: the one of this address; else, where the address led on to others, the best of theirs."""
    for fate in fates:
        if address in fate.addresses:
            return fate
    best = (dsn.DELIVERED, dsn.ELSEWHERE, dsn.DELAYED, dsn.FAILED)
    return min(fates, key=lambda fate: best.index(fate.action))


def _placed(
    conn: psycopg.Connection[Any], returned: Returned, recipient: str | None, account: int | None
) -> _Place | _Stray:
    """Whom it means, by the envelope's token, else by the message that came back. A forged token in the envelope is not made good by another."""
    key = link_key()
    token = None if recipient is None else parse_return_path(recipient)
    envelope = returned.envelope if recipient is None else [whom.Named(token.decode())] if token else []
    named = envelope or returned.original
    found = whom.verified(named, key)
    if found is None:
        return (
            _Stray("forged", "It bears a token that is none of ours.")
            if named
            else _Stray("unplaced", "It does not say which message it is about.")
        )
    row = conn.execute(
        "select m.account_id, r.normal from delivery_recipient r join mailing_mailing m on m.id = r.mailing"
        " where r.mailing = %s and r.seq = %s",
        found,
    ).fetchone()
    if row is None:
        return _Stray("unknown", "It is about a recipient who is not in the ledger.")
    if account is not None and row[0] != account:
        return _Stray("foreign", "It is about another account's mailing.")
    return _Place(*found, *row)
