"""The program that makes a mailing's messages, as its senders would have it: the same links, the same signatures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import psycopg

from penstock.account.secrets import SecretError
from penstock.content.dkim import SigningError
from penstock.content.message import Message, MessageError, RenderError
from penstock.content.messages import load_message
from penstock.content.render import Program
from penstock.content.sms.program import ShortProgram, program_for
from penstock.delivery import signing
from penstock.delivery.order import program_of
from penstock.mailing.mailings import Mailing
from penstock.transport.provider.provider import SCHEME


class CannotBeMade(ValueError):
    """The message cannot be made; the text says where and why."""


REASONS: Final = (MessageError, RenderError, SigningError, SecretError)
"""What makers raise when a message cannot be made, with the reason as the text."""


def program(
    conn: psycopg.Connection[Any], mailing: Mailing, change: Callable[[Message], Message] = lambda message: message
) -> Program:  # fmt: skip
    """Return the program of the message that the mailing has now, altered by `change`. Raises CannotBeMade.

    It signs as senders do: not where a provider's API takes the message apart.
    """
    message = load_message(conn, mailing.message)
    if message is None:
        raise CannotBeMade(f"message {mailing.message} does not exist: compose it again.")
    row = conn.execute(
        "select policy, (select bool_and(starts_with(url, %s)) from account_server where transport_id = %s and enabled)"
        " from account_account where id = %s",
        (SCHEME, mailing.transport, mailing.account),
    ).fetchone()
    assert row is not None
    policy, rebuilt = row
    try:
        made = program_of(
            change(message), policy | mailing.options, name=mailing.name,
            unsubscribes_at=signing.unsubscribes_at(conn, mailing.account, message.sender),
        )  # fmt: skip
        if not rebuilt:
            made.signer = signing.signer(conn, mailing.account, made.domain.decode())
    except REASONS as error:
        raise CannotBeMade(str(error)) from error
    return made


def options(conn: psycopg.Connection[Any], mailing: Mailing) -> dict[str, Any]:
    """Return the mailing's options before its account's policy, as programs are made by."""
    row = conn.execute("select policy from account_account where id = %s", (mailing.account,)).fetchone()
    return (row[0] if row else {}) | mailing.options


def short_program(
    conn: psycopg.Connection[Any], mailing: Mailing, change: Callable[[Message], Message] = lambda message: message
) -> tuple[Message, ShortProgram]:  # fmt: skip
    """Return the short message that the mailing has now, altered by `change`, and its program. Raises CannotBeMade."""
    message = load_message(conn, mailing.message)
    if message is None:
        raise CannotBeMade(f"message {mailing.message} does not exist: compose it again.")
    message = change(message)
    try:
        return message, program_for(message, options(conn, mailing))
    except MessageError as error:
        raise CannotBeMade(str(error)) from error


def values(
    program: Program | ShortProgram, address: str, attributes: dict[str, str]
) -> tuple[str | None, ...]:
    """Return the values that the program wants of somebody; the first is the address, or the number."""
    known = {**attributes, program.variables[0]: address}
    return tuple(known.get(name) for name in program.variables)
