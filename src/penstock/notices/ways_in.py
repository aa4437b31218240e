"""Letters that hold a way in: an invitation, or a link for who forgot their password. Nothing of them is kept here.

The secret is made in the job that sends the letter, so that it stands in no table and in no job's arguments; each attempt makes
another. An answer that never came is no reason to send again: whoever waits asks once more.
"""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg

from penstock.account import accounts, invitations, links, people, transports
from penstock.account.invitations import Invitation
from penstock.account.secrets import SecretError
from penstock.content.message import RenderError
from penstock.mailing.actor import SYSTEM
from penstock.notices import letter, settings
from penstock.notices.invited import Words, forgotten, invited
from penstock.platform import environment, jobs
from penstock.transport.errand import hand_over
from penstock.transport.fate import Fate, Replied, Unanswered, Unsent
from penstock.transport.reply import sanitise
from penstock.transport.smtp.server import ServerURLError

log = logging.getLogger(__name__)

ATTEMPTS = 4
"""How often a letter is handed over before it is given up: at once, then after WAIT seconds each."""
WAIT = 90


class NotYet(Exception):
    """The server wants to be asked again; the job runs once more."""


def can_mail(conn: psycopg.Connection[Any], account: int | None = None) -> bool:
    """Tell whether notices of the account (None: of any account) leave by mail."""
    row = conn.execute(
        "select exists (select from notices_setting where transport_id is not null"
        " and (%(account)s::integer is null or account_id = %(account)s))",
        {"account": account},
    ).fetchone()
    return bool(row and row[0])


def ask_for_link(conn: psycopg.Connection[Any], address: str) -> None:
    """Have a link sent to who has this address. Whether anybody has is found out by the job: the asking takes as long for all."""
    jobs.defer(
        conn, "send_sign_in_link", once=f"send_sign_in_link {address}", queue=jobs.PROMPT, address=address
    )


def ask_for_invitation(conn: psycopg.Connection[Any], invitation: Invitation) -> None:
    """Have an invitation's letter sent, with a new link."""
    with conn.transaction():
        invitations.note_mail(conn, invitation.id, "waiting")
        jobs.defer(
            conn,
            "send_invitation",
            once=f"send_invitation {invitation.id}",
            queue=jobs.PROMPT,
            account=invitation.account,
            invitation=invitation.id,
        )


def send_link(conn: psycopg.Connection[Any], address: str, *, last: bool) -> None:
    """Send a link to who has this address and may come in, through an account of theirs; nothing for anybody else. Raises NotYet."""
    try:
        person = people.find(conn, address)
    except people.PersonError:
        return
    account = _account_for(conn, person)
    if account is None or not person.is_active:
        return
    link = links.make(conn, person.email, SYSTEM, keep=True)
    fate = _send(conn, account, person.email, forgotten(person.language, link.url))
    if _is_later(fate) and not last:
        raise NotYet
    if not _is_accepted(fate):
        log.warning("the sign-in link for %s was not sent: %s", person.email, _said(fate))


def send_invitation(conn: psycopg.Connection[Any], account: int, number: int, *, last: bool) -> None:
    """Send the letter of an invitation; nothing when it was accepted or revoked meanwhile. Raises NotYet."""
    try:
        invitation = invitations.find(conn, account, number)
    except invitations.UnknownInvitation:
        return
    if invitation.mail != "waiting":
        return
    url = f"{environment.base_url()}/invitation/{invitations.link(conn, account, number, SYSTEM).secret}"
    words = invited(invitation.language, invitation.account_name, invitation.made_by, url)
    fate = _send(conn, account, invitation.email, words)
    if _is_later(fate) and not last:
        raise NotYet
    invitations.note_mail(conn, number, "sent" if _is_accepted(fate) else "failed", sanitise(_said(fate)))


def _account_for(conn: psycopg.Connection[Any], person: people.Person) -> int | None:
    """Return an account through which this person can be written to: one of theirs, for the platform's staff any."""
    row = conn.execute(
        "select account_id from notices_setting where transport_id is not null"
        " and (account_id = any (%s) or %s) order by account_id limit 1",
        ([int(number) for number in person.accounts], person.is_platform),
    ).fetchone()
    return row[0] if row else None


def _send(conn: psycopg.Connection[Any], account: int, to: str, words: Words) -> Fate:
    setting = settings.get(conn, account)
    if setting.notice_transport is None:
        return Unsent("the account has no transport for notices any more", True)
    try:
        sealed = letter.envelope(
            sender=settings.mailbox(setting.notice_from), to=to, subject=words.subject, text=words.text,
            uuid=uuid4().hex, at=datetime.now(UTC), account=accounts.find(conn, str(account)).name, footer=words.footer,
        )  # fmt: skip
        ways = transports.ways(conn, setting.notice_transport)
    except (
        RenderError,
        settings.SettingError,
        SecretError,
        ServerURLError,
        transports.UnknownTransport,
    ) as error:
        return Unsent(str(error), True)
    return asyncio.run(hand_over(ways, sealed))


def _is_accepted(fate: Fate) -> bool:
    return isinstance(fate, Replied) and fate.reply.positive


def _is_later(fate: Fate) -> bool:
    return (isinstance(fate, Replied) and fate.reply.temporary) or (
        isinstance(fate, Unsent) and not fate.permanent
    )


def _said(fate: Fate) -> str:
    match fate:
        case Replied(reply):
            return str(reply)
        case Unanswered(cause):
            return f"no answer came: {cause}"
        case Unsent(cause, _):
            return cause
