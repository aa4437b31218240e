"""Invitations: by a link somebody comes in who is not here yet, with roles in an account, once, within a week.

An invitation gives nothing by itself: the person is made, or gets the roles, when they accept it, and only as far as whoever
invited them may still give that. Of the link only the hash is kept; making it anew (to send it again) voids the one before.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.account import access, people, profile
from penstock.account.journalling import record
from penstock.account.people import PersonError
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.platform.database import sql

DAYS = 7
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


class UnknownInvitation(PersonError):
    """The account has no such invitation (any more)."""


class Over(PersonError):
    """The link is used up, too old, replaced or revoked, or whoever invited may no longer do so."""


class NotYours(PersonError):
    """The invitation is for somebody who signs in here already: they accept it when they are signed in."""


@dataclass(frozen=True)
class Invitation:
    """An invitation that nobody has accepted yet.

    `zone`: the account's. `mail`: what became of its letter: "" (none is sent: the link is handed over), waiting, sent, failed; `reply`: what the server said.
    `person`: who has this address already; `is_new`: nobody has signed in with it, so that who has the link sets its password.
    """

    id: int
    account: int
    account_name: str
    zone: str
    email: str
    roles: list[str]
    language: str
    made_by: str
    maker: int | None
    made_at: datetime
    expires_at: datetime
    mail: str
    reply: str
    person: int | None
    is_new: bool

    @property
    def is_over(self) -> bool:
        """Whether its link is too old."""
        return self.expires_at <= datetime.now(self.expires_at.tzinfo)


def make(
    conn: psycopg.Connection[Any], *, account: int, email: str, roles: Iterable[str], language: str, actor: Actor,
    maker: int | None,
) -> Invitation:  # fmt: skip
    """Invite somebody into the account, or invite them anew with these roles; the link is made by `link`.

    `maker`: the number of the person who invites; None: whoever owns this machine. Raises PersonError, Forbidden.
    """
    address, wanted = people.check_address(email), people.check_roles(roles)
    if not wanted:
        raise PersonError("An invitation needs at least one role.")
    people.require_may_give(actor, account, wanted, False)
    _refuse_member(conn, account, address)
    with conn.transaction():
        row = conn.execute(sql("penstock.account", "make_invitation"), {
            "account": account, "email": address, "roles": wanted, "language": language, "days": DAYS,
            "made_by": actor.name, "maker": maker,
        }).fetchone()  # fmt: skip
        assert row is not None
        record(conn, account, actor, "person_invite", person=address, roles=wanted)
    return find(conn, account, row[0])


def _refuse_member(conn: psycopg.Connection[Any], account: int, address: str) -> None:
    """Who signs in here already needs no invitation, but other roles."""
    here = conn.execute(
        "select from account_person p join account_membership m on m.person_id = p.id"
        " where p.email = %s and m.account_id = %s and p.last_login is not null",
        (address, account),
    ).fetchone()
    if here:
        raise PersonError(f"{address} is here already; change their roles instead.")


@dataclass(frozen=True, repr=False)
class Offer:
    """The secret of an invitation, to be handed over or mailed; it has no repr, so that no log has it."""

    secret: str
    expires_at: datetime


def link(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> Offer:
    """Make the link of an invitation, good for a week from now; those before are void. Raises UnknownInvitation, Forbidden."""
    access.require_in(actor, "people:write", account)
    secret = secrets.token_urlsafe(32)
    with conn.transaction():
        row = conn.execute(
            "update account_invitation set hash = %s, expires_at = now() + make_interval(days => %s)"
            " where id = %s and account_id = %s returning email, roles, expires_at",
            (_hash(secret), DAYS, number, account),
        ).fetchone()
        if row is None:
            raise UnknownInvitation(f"There is no invitation {number} in this account.")
        people.require_may_give(actor, account, row[1], False)
        record(conn, account, actor, "invitation_link", person=row[0])
    return Offer(secret, row[2])


def revoke(conn: psycopg.Connection[Any], account: int, number: int, actor: Actor) -> Invitation:
    """Take an invitation back: its link is void at once. Raises UnknownInvitation, Forbidden."""
    access.require_in(actor, "people:write", account)
    there = find(conn, account, number)
    with conn.transaction():
        gone = conn.execute("delete from account_invitation where id = %s", (number,))
        if gone.rowcount:
            record(conn, account, actor, "invitation_revoke", person=there.email)
    return there


def note_mail(conn: psycopg.Connection[Any], number: int, state: str, reply: str = "") -> None:
    """Note what became of the letter: waiting, sent or failed, or "" where there is none."""
    conn.execute(
        "update account_invitation set mail = %s, reply = %s where id = %s", (state, reply[:500], number)
    )


def listed(conn: psycopg.Connection[Any], account: int) -> list[Invitation]:
    """Return the account's invitations that nobody has accepted, by address."""
    return _select(conn, account=account)


def find(conn: psycopg.Connection[Any], account: int, number: int) -> Invitation:
    """Return one invitation of the account. Raises UnknownInvitation."""
    found = _select(conn, account=account, id=number)
    if not found:
        raise UnknownInvitation(f"There is no invitation {number} in this account.")
    return found[0]


def opened(conn: psycopg.Connection[Any], secret: str) -> Invitation | None:
    """Return the invitation of this link, None when it is no good (any more); changes nothing."""
    if not _SECRET.fullmatch(secret):
        return None
    found = _select(conn, hash=_hash(secret))
    return found[0] if found and not found[0].is_over else None


def accept(
    conn: psycopg.Connection[Any], secret: str, *, name: str, zone: str, language: str, password: str
) -> int:
    """Come in for the first time: make the person, with the password of this hash; return their number.

    Raises Over; NotYours for somebody who signs in already; PersonError and AccountError for a name or a language that cannot be.
    """
    with conn.transaction():
        invitation = _take(conn, secret)
        if not invitation.is_new:
            raise NotYours("Somebody signs in with this address already: sign in, then open the link again.")
        number = _grant(conn, invitation)
        profile.change(conn, number, name=name, zone=zone, language=language)
        profile.keep_password(conn, number, password, invitation.email)
    return number


def join(conn: psycopg.Connection[Any], secret: str, person: int) -> Invitation:
    """Accept an invitation as somebody who is signed in. Raises Over, NotYours when it is for somebody else."""
    with conn.transaction():
        invitation = _take(conn, secret)
        if invitation.person != person:
            raise NotYours(f"This invitation is for {invitation.email}.")
        _grant(conn, invitation)
    return invitation


def _take(conn: psycopg.Connection[Any], secret: str) -> Invitation:
    """Return the invitation, which is then used up; of two who come with the link one waits here and finds it gone."""
    invitation = opened(conn, secret)
    used = "delete from account_invitation where id = %s and hash = %s"
    if invitation is None or not conn.execute(used, (invitation.id, _hash(secret))).rowcount:
        raise Over("This invitation is over. Ask whoever invited you for a new one.")
    return invitation


def _grant(conn: psycopg.Connection[Any], invitation: Invitation) -> int:
    """Give the roles as whoever invited, beside those that they have; what is no longer theirs to give is not given."""
    try:
        person = people.create(
            conn, email=invitation.email, account=invitation.account, roles=invitation.roles, keep=True,
            actor=_maker(conn, invitation),
        )  # fmt: skip
    except access.Forbidden:
        raise Over("Whoever invited you may no longer do so. Ask an administrator to invite you.") from None
    if not person.is_active:
        raise Over("You may not come in. Ask an administrator.")
    actor = Actor(person.email, frozenset(), "web", identity=person.email)
    record(conn, invitation.account, actor, "invitation_accept", person=person.email, roles=invitation.roles)
    return person.id


def _maker(conn: psycopg.Connection[Any], invitation: Invitation) -> Actor:
    """Return who invited, with the roles that they have now; whoever owns this machine has all of them."""
    if invitation.maker is None:
        return Actor(invitation.made_by, EVERY_ROLE | {PLATFORM}, "cli")
    given = {"person": invitation.maker, "account": invitation.account}
    row = conn.execute(sql("penstock.account", "acting"), given).fetchone()
    if row is None:
        return Actor(invitation.made_by, frozenset(), "web", invitation.account)
    email, roles, is_platform = row
    return Actor(
        email, frozenset(roles) | ({PLATFORM} if is_platform else set()), "web", invitation.account, email
    )


def _select(
    conn: psycopg.Connection[Any],
    *,
    account: int | None = None,
    id: int | None = None,
    hash: bytes | None = None,
) -> list[Invitation]:
    with conn.cursor(row_factory=class_row(Invitation)) as cursor:
        wanted = {"account": account, "id": id, "hash": hash}
        return cursor.execute(sql("penstock.account", "invitations"), wanted).fetchall()


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
