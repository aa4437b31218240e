"""The program of a message, whatever channel it goes by, as senders would have it; and how its recipients are reached."""

from __future__ import annotations

from typing import Any

import psycopg

from penstock.account import policies
from penstock.audience import reach
from penstock.audience.reach import Reach
from penstock.content.accepting import SMS
from penstock.content.message import Message
from penstock.content.render import Program
from penstock.content.sms.program import ShortProgram, program_for
from penstock.delivery.order import Number, program_of
from penstock.mailing.mailings import Mailing

Composed = Program | ShortProgram


def composed(
    message: Message, options: dict[str, Any], *, name: str = "", variables: frozenset[str] | None = None,
    number: Number | None = None,
) -> Composed:  # fmt: skip
    """Compile as senders do; `options` are the mailing's before its account's policy. Raises MessageError."""
    if message.channel == SMS:
        return program_for(message, options, variables)
    return program_of(message, options, name=name, variables=variables, number=number)


def composing(conn: psycopg.Connection[Any], mailing: Mailing) -> dict[str, Any]:
    """Return what says how the messages of a mailing are composed, beside the message."""
    return policies.chosen(conn, mailing.account) | mailing.options if mailing.channel == SMS else {}


def composing_of(conn: psycopg.Connection[Any], account: int, message: Message) -> dict[str, Any]:
    """Return what says how a message is composed that is no mailing's yet."""
    return policies.chosen(conn, account) if message.channel == SMS else {}


def reach_of(program: Composed) -> Reach:
    """Return how the recipients of its messages are reached."""
    return reach.SMS if isinstance(program, ShortProgram) else reach.EMAIL
