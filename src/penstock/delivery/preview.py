"""A message as one contact would get it: the very bytes, made by what senders use."""

import time
from typing import Any

import psycopg

from penstock.audience import contacts
from penstock.content.messages import load_message
from penstock.content.render import date_bytes
from penstock.delivery.order import program_of
from penstock.mailing.mailings import Mailing

_TOKEN = b"0-0-" + b"0" * 24
"""Stands where a recipient's token will: it is nobody's, so that a link in a preview unsubscribes nobody."""


class NoSuchContact(LookupError):
    """The account has no contact of this number."""


def preview(conn: psycopg.Connection[Any], mailing: Mailing, contact: int) -> bytes:
    """Return the message (RFC 5322, CRLF lines) of `mailing` for a contact of its account.

    Raises NoSuchContact, MessageError when the message cannot be compiled, RenderError when it cannot be made for them.
    """
    person = contacts.get(conn, mailing.account, contact)
    message = load_message(conn, mailing.message)
    if person is None or message is None:
        raise NoSuchContact(f"There is no contact {contact}.")
    program = program_of(message, mailing.options)
    known = {**person.attributes, "email": person.address}
    values = tuple(known.get(name) for name in program.variables)
    data = program.envelope_data(values, _TOKEN, _TOKEN, date_bytes(time.time()), eightbit=True)
    return unstuffed(data)


def unstuffed(data: bytes) -> bytes:
    """Return a message as it is, from what follows DATA (RFC 5321 §4.5.2): without the stuffed dots and the last one."""
    text = data.removesuffix(b".\r\n")
    return (b"\r\n" + text).replace(b"\r\n..", b"\r\n.")[2:]
