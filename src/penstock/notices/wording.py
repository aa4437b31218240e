"""What a notice says to people: a subject and some sentences. Pure.

Names and reasons are somebody's words: here they become one line without control characters, so that nothing in them
can end a header field or pass for a line of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from penstock.mailing.guards.known import LOCKING
from penstock.mailing.states import State
from penstock.notices.kinds import Kind
from penstock.transport.reply import UNPRINTABLE

LONGEST_NAME = 120
"""Characters of a name that stand in a subject."""
LONGEST_REASON = 1000


@dataclass(frozen=True)
class Told:
    """What a notice is about. `figures`: the recipients by state, of a mailing that has ended."""

    kind: Kind
    at: datetime
    actor: str
    account: str
    zone: str
    mailing: int | None = None
    name: str = ""
    state: str | None = None
    reason: str | None = None
    code: str | None = None
    revision: int | None = None
    figures: Mapping[str, int] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


def one_line(text: object, longest: int) -> str:
    """Return somebody's words as one line of at most `longest` characters."""
    line = " ".join(UNPRINTABLE.sub(" ", str(text)).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def subject(told: Told) -> str:
    """Return the subject: what happened to which mailing, and the account."""
    name = f"“{one_line(told.name, LONGEST_NAME)}”"
    said = {
        Kind.TO_APPROVE: f"{name} waits for {'validation' if told.state == State.IN_MODERATION else 'approval'}",
        Kind.REJECTED: f"{name} was rejected",
        Kind.INTERRUPTED: f"{name} is interrupted",
        Kind.HELD: f"{name} is held: its launch time has passed",
        Kind.CREDITS_SHORT: f"Credits run short for {name}",
        Kind.FINISHED: f"{name} {_ended(told)}",
        Kind.DOMAIN_FAILING: f"The DNS of {_domain(told)} has none of its keys any more",
        Kind.DOMAIN_UNVERIFIED: f"{_domain(told)} is no longer verified as a sending domain",
        Kind.WEBHOOK_DISABLED: f"Webhook {told.data.get('webhook')} is disabled",
        Kind.MAILBOX_FAILING: f"The mailbox {_mailbox(told)} cannot be read",
    }[told.kind]
    return f"[{one_line(told.account, LONGEST_NAME)}] {said}"


def _domain(told: Told) -> str:
    return one_line(told.data.get("domain", {}).get("name", ""), LONGEST_NAME)


def _mailbox(told: Told) -> str:
    return one_line(told.data.get("mailbox", {}).get("name", ""), LONGEST_NAME)


def _ended(told: Told) -> str:
    return {State.SENT: "was sent", State.CANCELLED: "was cancelled"}.get(
        State(told.state or "sent"), "has expired"
    )


def text(told: Told) -> str:
    """Return the sentences: what, by whom, when, why, and what can be done."""
    lines = [
        f"{subject(told).partition('] ')[2]}.",
        "",
        f"When: {_when(told)}",
        f"By: {one_line(told.actor, LONGEST_NAME)}",
    ]
    if told.reason:
        lines.append(f"Reason: {one_line(told.reason, LONGEST_REASON)}")
    if told.figures:
        lines.append(f"Recipients: {figures_line(told.figures)}")
    if told.mailing is not None:
        lines.append(f"Mailing: {told.mailing}" + (f", revision {told.revision}" if told.revision else ""))
    return "\n".join([*lines, "", next_step(told)])


def _unlocking(told: Told) -> str:
    """What comes before a resume after too many bounces or complaints."""
    return f"`penstock mailing unlock {told.mailing}` with a note, then " if told.code in LOCKING else ""


def _when(told: Told) -> str:
    there = told.at.astimezone(ZoneInfo(told.zone))
    return f"{there:%Y-%m-%d %H:%M} ({told.zone})"


def figures_line(figures: Mapping[str, int]) -> str:
    """Return `1,000: 990 accepted, 10 bounced`; states without anybody are left out."""
    states = [f"{n:,} {state.replace('_', ' ')}" for state, n in figures.items() if n]
    return f"{sum(figures.values()):,}" + (f": {', '.join(states)}" if states else "")


def next_step(told: Told) -> str:
    """Return the sentence that says what the reader can do now."""
    number = told.mailing
    moderated = told.state == State.IN_MODERATION
    return {
        Kind.TO_APPROVE: (
            f"Look at it with `penstock mailing show {number}`; then `penstock mailing"
            f" {'validate' if moderated else 'approve'} {number}`, or reject it with a reason."
        ),
        Kind.REJECTED: f"`penstock mailing revise {number}` makes it a draft again, to be changed and submitted anew.",
        Kind.INTERRUPTED: (
            f"Nothing is handed over while it is interrupted. When the cause is gone: {_unlocking(told)}`penstock mailing resume"
            f" {number}`; or `penstock mailing cancel {number}`."
        ),
        Kind.HELD: f"It starts at no time now. Give it a new one: `penstock mailing edit-plan {number}`.",
        Kind.CREDITS_SHORT: (
            f"`penstock credits show` says what is planned. With too few on its date it is interrupted, and goes on after a top-up:"
            f" `penstock mailing resume {number}`."
        ),
        Kind.FINISHED: (
            f"Who got it, who did not, and why: `penstock mailing ledger {number}`."
            + (
                ""
                if told.state == State.SENT
                else f" The rest can be sent: `penstock mailing send-rest {number}`."
            )
        ),
        Kind.DOMAIN_FAILING: (
            f"Set the record again: `penstock domain show {_domain(told)}`. If it stays so for a day, mail leaves as it no more."
        ),
        Kind.DOMAIN_UNVERIFIED: (
            f"What was on its way as it is interrupted. Set the records (`penstock domain show {_domain(told)}`), check them"
            f" (`penstock domain check {_domain(told)}`), then resume."
        ),
        Kind.WEBHOOK_DISABLED: (
            "Mend what answers there, enable the webhook again, and redeliver what failed: the delivery log has it all."
        ),
        Kind.MAILBOX_FAILING: (
            "Bounces and complaints stay there until it can be read: `penstock mailbox show` says why, `penstock mailbox read` tries it."
        ),
    }[told.kind]
