"""Changing a draft: the parts that were named are read and checked, then given as one command."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import psycopg

from penstock.cli.answers import tell_answer
from penstock.cli.asked import message_parts, read_headers, read_options
from penstock.cli.chaining import read_condition
from penstock.cli.choosing import any_mailing
from penstock.cli.commanding import Manner, Order
from penstock.cli.composing import composed, composing_of
from penstock.cli.endings import Exit, wrong
from penstock.cli.recipients import find_list
from penstock.cli.segmenting import found
from penstock.cli.via import Via
from penstock.content import accepting
from penstock.content.accepting import SMS
from penstock.content.message import Message, changed
from penstock.content.messages import channel_of, load_message, store_message
from penstock.mailing import saved
from penstock.mailing.mailings import Mailing
from penstock.platform import database


@dataclass(frozen=True)
class Changes:
    """What shall be different; None where nothing was said."""

    name: str | None = None
    sender: str | None = None
    subject: str | None = None
    html: Path | None = None
    text: Path | None = None
    reply_to: str | None = None
    headers: list[str] | None = None
    list_name: str | None = None
    condition: str | None = None
    not_reached_by: list[int] | None = None
    reached_by: list[int] | None = None
    via: str | None = None
    rate: str | None = None
    policies: list[str] | None = None
    revision: int | None = None
    message_from: int | None = None
    segment: str | None = None
    not_segment: list[str] | None = None
    sms: str | None = None

    @property
    def any(self) -> bool:
        """Whether anything was said."""
        return any(getattr(self, each.name) not in (None, []) for each in fields(self))


def edit(mailing: int, changes: Changes, manner: Manner) -> int:
    """Change the draft, say so, and return the exit status. Nothing is stored when the command is refused."""
    if not changes.any:
        raise wrong("It is not said what to change.", "`penstock mailing edit --help` lists what can be.")
    database.ready()
    with database.connect(name="penstock mailing edit") as conn:
        there = any_mailing(conn, mailing)
        same = {"name": there.name}
        given = Order(conn, there, "edit", manner, {"changes": same})
        given.give(dry_run=True)  # nothing is read or stored for a mailing that is no draft
        columns = _columns(conn, there, changes, store=not manner.dry_run) or same
        tell_answer(
            conn, there, replace(given, arguments={"changes": columns}).give(), "edit", json=manner.json
        )
    return Exit.DONE


def _columns(
    conn: psycopg.Connection[Any], there: Mailing, changes: Changes, *, store: bool
) -> dict[str, Any]:
    """Return the columns of the mailing that change. Raises Failure, MessageError or PolicyError for what cannot be."""
    columns: dict[str, Any] = {}
    if changes.name is not None:
        columns["name"] = changes.name
    taken = _taken(conn, there, changes)
    message = _message(conn, there.account, taken or there.message, changes)
    audience = _audience(conn, there, changes)
    if audience != there.audience:
        columns["audience"] = audience
    if changes.rate or changes.policies:
        columns["options"] = there.options | read_options(changes.rate, changes.policies or [])
    via = Via.read(changes.via).settled(conn, there.account) if changes.via else None
    if via is not None:
        via.refuse_other(there.channel)
    if taken is not None:
        columns["message_id"] = taken
    if store and message is not None:
        columns["message_id"] = store_message(conn, there.account, message)
    if store and via is not None:
        columns["transport_id"] = via.store(conn, there.account)
    return columns


def _taken(conn: psycopg.Connection[Any], there: Mailing, changes: Changes) -> int | None:
    """Return the number of the message that is taken over, one of its own or another mailing's. Raises Failure."""
    if changes.revision is None and changes.message_from is None:
        return None
    try:
        taken = saved.message_of(conn, there.account, changes.message_from or there.id, changes.revision)
    except saved.UnknownSaved as unknown:
        raise wrong(str(unknown)) from None
    if channel_of(conn, taken) != there.channel:
        raise wrong(f"Mailing {changes.message_from} goes by another channel.", "Name one of the same.")
    return taken


def _message(conn: psycopg.Connection[Any], account: int, number: int, changes: Changes) -> Message | None:
    """Return the message with the parts that were named in place of its own; None when none was. Raises MessageError."""
    said: dict[str, Any] = {
        name: value
        for name in ("sender", "subject", "reply_to")
        if (value := getattr(changes, name)) is not None
    }
    said |= message_parts(changes.html, changes.text)
    if changes.sms is not None:
        said["text"] = changes.sms
    if changes.headers:
        said["headers"] = read_headers(changes.headers)
    before = load_message(conn, number)
    if not said or before is None:
        return None
    if changes.sms is not None and before.channel != SMS:
        raise wrong(
            "This mailing goes by e-mail: --sms is the text of a short message.", "Give --html or --text."
        )
    message = changed(before, said)
    accepting.check(message, channel=before.channel)
    composed(message, composing_of(conn, account, message))
    return message


def _audience(conn: psycopg.Connection[Any], there: Mailing, changes: Changes) -> Mapping[str, Any]:
    rule = dict(there.audience)
    if changes.list_name is not None:
        rule.pop("list", None)
        rule |= {"list": find_list(conn, there.account, changes.list_name)} if changes.list_name else {}
    if changes.segment is not None:
        rule.pop("segment", None)
        rule |= {"segment": found(conn, there.account, changes.segment).id} if changes.segment else {}
    if changes.not_segment:
        rule.pop("not_segment", None)
        numbers = [found(conn, there.account, name).id for name in changes.not_segment if name]
        rule |= {"not_segment": numbers} if numbers else {}
    if changes.condition is not None:
        rule["condition"] = read_condition(changes.condition).value
    for key in ("not_reached_by", "reached_by"):
        if (said := getattr(changes, key)) is not None and said:
            numbers = [number for number in said if number]
            for number in numbers:
                if any_mailing(conn, number).account != there.account:
                    raise wrong(f"Mailing {number} is another account's.")
            rule.pop(key, None)
            rule |= {key: numbers} if numbers else {}
    return rule
