"""Messages in the database: stored once, loaded by every sender."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.content.accepting import SMS
from penstock.content.headers import parse_mailboxes
from penstock.content.message import Message, Problem
from penstock.content.sms.sender import kind


def store_message(conn: psycopg.Connection, account: int, message: Message) -> int:
    """Store ``message`` for ``account`` and return its id. It is not compiled here: compile it first."""
    row = conn.execute(
        "insert into content_message (account_id, sender, reply_to, subject, html, text, mjml, headers, design, channel, sender_domain,"
        " sender_address) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id",
        (
            account,
            message.sender,
            message.reply_to,
            message.subject,
            message.html,
            message.text,
            message.mjml,
            Jsonb(dict(message.headers)),
            Jsonb(message.design) if message.design is not None else None,
            message.channel,
            sender_domain(message.sender),
            sender_compared(message.sender, message.channel),
        ),
    ).fetchone()
    assert row is not None
    return int(row[0])


def sender_domain(sender: str) -> str | None:
    """The domain of the sender's address, in A-labels and lower case; None where it is no address."""
    address = sender_address(sender)
    return address.rpartition("@")[2] if address else None


def sender_address(sender: str) -> str | None:
    """The sender's address as it is compared: lower case, the domain in A-labels, whatever spelling it has in the field.

    None where it is no address. What it returns is that of itself.
    """
    found = parse_mailboxes(sender, "from", several=False)
    return None if isinstance(found, Problem) else found[0].normal


def sender_compared(sender: str, channel: str) -> str | None:
    """Whom a message of this channel is from, as it is compared; of an SMS the sender in lower case. None where it is none."""
    if channel == SMS:
        return sender.lower() if kind(sender) else None
    return sender_address(sender)


def load_message(conn: psycopg.Connection, message_id: int) -> Message | None:
    """The message, or None if there is none with this id."""
    row = conn.execute(
        "select sender, subject, html, text, mjml, headers, reply_to, design, channel from content_message where id = %s",
        (message_id,),
    ).fetchone()
    return None if row is None else Message(*row)


def channel_of(conn: psycopg.Connection[Any], message_id: int) -> str | None:
    """The channel of a stored message, or None if there is none with this id."""
    row = conn.execute("select channel from content_message where id = %s", (message_id,)).fetchone()
    return None if row is None else str(row[0])
