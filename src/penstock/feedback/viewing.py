"""A message shown in a browser, by the link in it: what its recipient got, without what that recipient alone may do.

It is made anew, by the program that senders use, from the mailing's message (frozen since it started) and the contact's
attributes of now. A link to look at is passed on and posted; so the page's own links to unsubscribe are nobody's.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from threading import Lock
from typing import Any, Final

import psycopg
from psycopg.rows import class_row

from penstock.audience.variables import EVERY
from penstock.content import utm
from penstock.content.links import NOBODY, tokens, verify_view, view_token
from penstock.content.message import MessageError, RenderError
from penstock.content.messages import load_message
from penstock.content.render import Program, date_bytes
from penstock.delivery.order import program_of
from penstock.feedback.events import record_of_recipient
from penstock.platform import environment
from penstock.platform.database import sql

LONGEST_TOKEN: Final = 64
"""Characters; what is longer was not made by us and is not looked at."""
KEPT: Final = 16
"""Compiled messages that a process keeps: to compile a long one takes up to a second."""


class Gone(Exception):
    """There was such a message; it cannot be shown any more."""


@dataclass(frozen=True)
class Viewed:
    """Whom a link shows a message of, and what it is made of; `attributes` None: the contact was erased."""

    account: int
    name: str
    message: int
    options: dict[str, Any]
    deleted: bool
    address: str
    attributes: dict[str, str] | None


_programs: OrderedDict[str, Program] = OrderedDict()
_lock = Lock()
"""A program belongs to one thread; to make a message with one takes microseconds."""


def viewed(conn: psycopg.Connection[Any], token: str) -> str | None:
    """Return the HTML of the message that `token` shows; None when nobody holds it. Raises Gone."""
    holder = verify_view(token, environment.link_key()) if len(token) <= LONGEST_TOKEN else None
    if holder is None:
        return None
    mailing, seq = holder
    with conn.cursor(row_factory=class_row(Viewed)) as cursor:
        found = cursor.execute(
            sql("penstock.feedback", "viewed").replace("{every}", EVERY), {"mailing": mailing, "seq": seq}
        ).fetchone()
    if found is None:
        return None
    if found.deleted or found.attributes is None:
        raise Gone
    try:
        html = _html(_made(conn, found))
    except (MessageError, RenderError) as error:  # the contact has changed since
        raise Gone from error
    record_of_recipient(conn, mailing, seq, "viewed")
    public_own, own = (
        view_token(NOBODY).decode(),
        view_token(tokens(mailing, seq, environment.link_key())[1]).decode(),
    )
    return html.replace(public_own, own)


def _made(conn: psycopg.Connection[Any], found: Viewed) -> bytes:
    """The message for its recipient, with the token of nobody."""
    known = {**(found.attributes or {}), "email": found.address}
    with _lock:
        program = _program(conn, found)
        values = tuple(known.get(name) for name in program.variables)
        return program.envelope_data(values, NOBODY, NOBODY, date_bytes(0), eightbit=True)


def _program(conn: psycopg.Connection[Any], found: Viewed) -> Program:
    tags = utm.of_mailing(found.options, found.name)
    key = f"{found.message} {found.options.get('unsubscribe')} {tags} {environment.base_url()}"
    if key not in _programs:
        message = load_message(conn, found.message)
        if message is None:
            raise Gone
        _programs[key] = program_of(message, found.options, name=found.name)
        while len(_programs) > KEPT:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key]


def _html(data: bytes) -> str:
    """The HTML of a message as it follows DATA; of one that has none its text, as a page."""
    whole = message_from_bytes(
        (b"\r\n" + data.removesuffix(b".\r\n")).replace(b"\r\n..", b"\r\n.")[2:], policy=policy.default
    )
    assert isinstance(whole, EmailMessage)
    body = whole.get_body(("html", "plain"))
    assert body is not None
    text = str(body.get_content())
    if body.get_content_subtype() == "html":
        return text
    title = escape(str(whole["Subject"] or ""))
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
        f'<pre style="white-space:pre-wrap;max-width:40em;margin:1em auto">{escape(text)}</pre>'
    )
