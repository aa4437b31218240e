"""Drafts made and edited, whichever door they come through: what they name is the account's own, what they hold can be stored.

A stored message is never changed, others may use it: a change of it stores another one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from penstock.content import accepting
from penstock.content.message import Message
from penstock.content.messages import channel_of, load_message, store_message
from penstock.mailing import control, drafting, mailings
from penstock.mailing.actor import Actor
from penstock.mailing.mailings import Mailing

_KEEP: Any = object()


@dataclass(frozen=True)
class Changes:
    """What is to change of a draft; None leaves it as it is. `stored`: the number of a stored message, in place of its own.

    `plan` may be taken away: there None is a value of its own, and KEEP leaves it.
    """

    name: str | None = None
    message: Message | None = None
    stored: int | None = None
    audience: dict[str, Any] | None = None
    transport: int | None = None
    options: dict[str, Any] | None = None
    plan: Any = _KEEP

    KEEP = _KEEP


def begin(
    conn: psycopg.Connection[Any], account: int, actor: Actor, *, name: str, stored: int, audience: dict[str, Any],
    transport: int | None = None, options: dict[str, Any] | None = None, plan: dict[str, Any] | None = None,
    tags: Sequence[str] = (),
) -> int:  # fmt: skip
    """Make a draft of the stored message, of the message's channel, and return its number.

    Without a transport it is the account's only one of that channel.

    An audience that is empty is to be chosen later. Raises DraftError.
    """
    channel = channel_of(conn, stored) or accepting.EMAIL
    way = transport or drafting.only_transport(conn, account, channel)
    drafting.check(
        conn, account, name=name, audience=audience or None, transport=way, options=options, channel=channel
    )
    return mailings.create(
        conn, account, name=name.strip(), message=stored, audience=audience, transport=way, options=options, plan=plan,
        tags=tags, actor=actor,
    )  # fmt: skip


def store(
    conn: psycopg.Connection[Any], account: int, message: Message, channel: str = accepting.EMAIL
) -> int:
    """Store a message for a mailing of this channel and return its number. Raises NotAccepted, TooLarge."""
    accepting.check(message, channel=channel)
    return store_message(conn, account, message)


def edit(
    conn: psycopg.Connection[Any], there: Mailing, actor: Actor, changes: Changes, *, version: int | None = None,
    request: control.Request | None = None, typing: bool = False,
) -> control.Answer:  # fmt: skip
    """Give the command `edit` with what is to change; return its answer. `typing`: saved while somebody writes (saved.save).

    Raises DraftError, NotAccepted, TooLarge, NotFound, Refused (`version_changed` where it is not at `version` any more).
    """
    with conn.transaction():
        drafting.check(
            conn, there.account, name=changes.name, audience=changes.audience, transport=changes.transport,
            options=changes.options, channel=there.channel,
        )  # fmt: skip
        return control.command(
            conn, there.id, "edit", actor, expected_version=version, request=request,
            changes=_columns(conn, there, changes), typing=typing,
        )  # fmt: skip


def differs(conn: psycopg.Connection[Any], there: Mailing, changes: Changes) -> Changes:
    """Return the part of `changes` that the draft does not have yet."""
    message = changes.message
    return Changes(
        name=_other(changes.name and changes.name.strip(), there.name),
        message=None if message is None or message == load_message(conn, there.message) else message,
        stored=_other(changes.stored, there.message),
        audience=_other(changes.audience, there.audience),
        transport=_other(changes.transport, there.transport),
        options=_other(changes.options, there.options),
        plan=_KEEP if changes.plan is _KEEP or changes.plan == there.plan else changes.plan,
    )


def _other(wanted: Any, there: Any) -> Any:
    return None if wanted == there else wanted


def _columns(conn: psycopg.Connection[Any], there: Mailing, changes: Changes) -> dict[str, Any]:
    """What `edit` is to write, by the columns' names."""
    given: dict[str, Any] = {
        "name": changes.name and changes.name.strip(),
        "message_id": changes.stored,
        "audience": changes.audience,
        "transport_id": changes.transport,
    }
    columns = {column: value for column, value in given.items() if value}
    if changes.stored is not None:
        _same_channel(conn, there, changes.stored)
    if changes.message is not None:
        columns["message_id"] = store(conn, there.account, changes.message, there.channel)
    if changes.options is not None:
        columns["options"] = changes.options
    if changes.plan is not _KEEP:
        columns["plan"] = changes.plan
    return columns


def _same_channel(conn: psycopg.Connection[Any], there: Mailing, stored: int) -> None:
    """Return where the stored message is one of the mailing's channel. Raises DraftError."""
    channel = channel_of(conn, stored)
    if channel not in (None, there.channel):
        words = f"that is a message of the channel {channel}, and this mailing goes by {there.channel}."
        raise drafting.DraftError([drafting.Fault("message_from", words)])
