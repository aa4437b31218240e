"""Chains: a step added to one, and a chain as people read it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from penstock.cli.asked import message_parts
from penstock.cli.choosing import any_mailing
from penstock.cli.composing import composed, composing_of
from penstock.cli.endings import wrong
from penstock.cli.person import actor
from penstock.cli.recipients import find_list
from penstock.cli.screen import document, line, number, table, tell, written
from penstock.content import accepting
from penstock.content.message import Message, changed
from penstock.content.messages import load_message, store_message
from penstock.mailing import chain, duration, step
from penstock.mailing.drafting import DraftError
from penstock.mailing.mailings import Mailing
from penstock.mailing.step import Condition

CONDITIONS = {
    Condition.ALL: "everybody reached", Condition.OPENED: "opened", Condition.NOT_OPENED: "did not open",
    Condition.CLICKED: "clicked", Condition.NOT_CLICKED: "did not click", Condition.BOUNCED: "bounced",
}  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What was said of a new step. Parts of the message that were not are those of the step it follows."""

    name: str
    after: str = "0"
    condition: str = Condition.ALL.value
    follows: int | None = None
    list_name: str | None = None
    sender: str | None = None
    subject: str | None = None
    html: Path | None = None
    text: Path | None = None
    sms: str | None = None


def add(conn: psycopg.Connection[Any], mailing: int, said: Said, json: bool) -> None:
    """Add a step to the chain of a mailing, as a draft, and say how to go on. Raises Failure, MessageError."""
    there = any_mailing(conn, mailing)
    delay, condition = _delay(said.after), read_condition(said.condition)
    before = chain.steps(conn, there.account, mailing)
    follows = said.follows or (before[-1].id if before else mailing)
    message = _message(conn, any_mailing(conn, follows), said)
    narrowing = {"list": find_list(conn, there.account, said.list_name)} if said.list_name else None
    new = chain.New(
        said.name, store_message(conn, there.account, message), delay, condition, said.follows, narrowing
    )
    try:
        made = chain.add(conn, there.account, mailing, new, actor())
    except DraftError as error:
        raise wrong(f"The step cannot be added: {error}") from None
    if json:
        document({"made": made, "chain": _documents(conn, there.account, mailing)})
        return
    tell(
        f"Step {len(before) or 1} of the chain has a next one: mailing {made}, a draft, after mailing {follows}."
    )
    tell(f"Write it:  penstock mailing edit {made}\nSubmit it:  penstock mailing submit {made}")


def show(conn: psycopg.Connection[Any], mailing: int, json: bool) -> None:
    """Print the chain that a mailing belongs to, step by step."""
    there = any_mailing(conn, mailing)
    found = chain.steps(conn, there.account, mailing)
    if json:
        document({"items": _documents(conn, there.account, mailing)})
        return
    if not found:
        written(f"Mailing {mailing} belongs to no chain. Add a step:  penstock mailing add-step {mailing}")
        return
    rows = [
        (str(each.position), str(each.id), line(each.name), each.state.replace("_", " "), goes_out(each),
         number(each.recipients), number(each.accepted))
        for each in found
    ]  # fmt: skip
    written(table(("step", "mailing", "name", "state", "goes out", "recipients", "accepted"), rows))


def goes_out(each: chain.Step) -> str:
    """Return when a step goes to whom, in words; nothing for the first."""
    if each.follows is None or each.condition is None:
        return ""
    delay = (
        "when somebody decides"
        if each.delay is None
        else f"{duration.words(each.delay)} after {each.follows}"
    )
    return delay if each.condition is Condition.ALL else f"{delay}, {CONDITIONS[each.condition]}"


def audience_words(rule: dict[str, Any]) -> str:
    """Return whom a step's audience rule means, in words."""
    words = f"those whom mailing {step.earlier(rule)} reaches"
    met = step.condition(rule)
    return words if met is Condition.ALL else f"{words} ({CONDITIONS[met]})"


def _delay(given: str) -> int:
    try:
        return duration.seconds(given, most=step.LONGEST_DELAY)
    except ValueError as error:
        raise wrong(f"--after {error}.") from None


def read_condition(given: str) -> Condition:
    """Return the condition as it is said on the command line. Raises Failure."""
    try:
        return Condition(given.replace("-", "_"))
    except ValueError:
        there_are = ", ".join(each.value.replace("_", "-") for each in Condition)
        raise wrong(f"There is no condition {given!r}.", f"There are {there_are}.") from None


def _message(conn: psycopg.Connection[Any], before: Mailing, said: Said) -> Message:
    own = load_message(conn, before.message)
    assert own is not None
    parts: dict[str, Any] = {
        name: value for name in ("sender", "subject") if (value := getattr(said, name)) is not None
    }
    parts |= message_parts(said.html, said.text)
    if said.sms is not None:
        message = _short(own, said, parts)
    elif own.channel == accepting.SMS and (said.html is not None or said.subject is not None):
        sender = said.sender or ""
        message = Message(**{"sender": sender, "subject": "", **parts})
    else:
        message = changed(own, parts)
    accepting.check(message)
    composed(message, composing_of(conn, before.account, message))
    return message


def _short(own: Message, said: Said, parts: dict[str, Any]) -> Message:
    """Return the short message that was said; by the sender of the step before, if that is one. Raises Failure."""
    if said.html is not None or said.text is not None or said.subject is not None:
        raise wrong("A step by SMS has a sender and a text only.", "Leave out --subject, --html and --text.")
    sender = said.sender or (own.sender if own.channel == accepting.SMS else None)
    if sender is None:
        raise wrong("It is not said whom the short message is from.", "Give --from NAME, or a number.")
    return Message(sender=sender, subject="", text=said.sms, channel=accepting.SMS)


def _documents(conn: psycopg.Connection[Any], account: int, mailing: int) -> list[dict[str, Any]]:
    return [
        {**each.__dict__, "follows": each.follows, "condition": each.condition, "delay": each.delay}
        for each in chain.steps(conn, account, mailing)
    ]
