"""Which entries of the journal people and programs are told of. Pure: an entry in, kinds out."""

from dataclasses import dataclass
from enum import StrEnum

from penstock.mailing.states import ENDS, GATES, State


class Kind(StrEnum):
    """The kinds of notices, which are the event types of webhooks too."""

    TO_APPROVE = "mailing.to_approve"
    REJECTED = "mailing.rejected"
    INTERRUPTED = "mailing.interrupted"
    HELD = "mailing.held"
    CREDITS_SHORT = "mailing.credits_short"
    FINISHED = "mailing.finished"
    DOMAIN_FAILING = "domain.failing"
    DOMAIN_UNVERIFIED = "domain.unverified"
    WEBHOOK_DISABLED = "webhook.disabled"
    MAILBOX_FAILING = "mailbox.failing"


TEST = "webhook.test"
"""The event type of a delivery that was asked for to try a webhook; there is no notice of it."""

MEANING = {
    Kind.TO_APPROVE: "A mailing waits at a gate: for approval, or (`data.gate` is `moderation`) for the platform.",
    Kind.REJECTED: "A mailing was not let out, with the reason.",
    Kind.INTERRUPTED: "The system stopped a mailing, with the reason.",
    Kind.HELD: "The launch time of a mailing passed while it waits at a gate: it needs a new one.",
    Kind.CREDITS_SHORT: (
        "A planned mailing will find too few credits on its date (`data.reason` says how many): told when that is seen, and"
        " again a day before."
    ),
    Kind.FINISHED: "A mailing has ended: `data.mailing.state` is `sent`, `cancelled` or `expired`.",
    Kind.DOMAIN_FAILING: "The DNS of a verified sending domain has none of its keys any more; in a day it is unverified.",
    Kind.DOMAIN_UNVERIFIED: "A sending domain is no longer verified: mail leaves as it no more.",
    Kind.WEBHOOK_DISABLED: "A webhook failed for so long that nothing is sent there any more.",
    Kind.MAILBOX_FAILING: "A mailbox that bounces are picked up from cannot be read, three times in a row.",
}
"""A sentence for each kind; the reference is made from it."""

DISABLE = "disable_webhook"
"""The journal's command for a webhook that the system gave up."""

_OF_ACCOUNTS = {
    DISABLE: Kind.WEBHOOK_DISABLED,
    "mailbox_failing": Kind.MAILBOX_FAILING,
    "domain_failing": Kind.DOMAIN_FAILING,
    "domain_unverified": Kind.DOMAIN_UNVERIFIED,
}
"""What is told of entries that concern an account and no mailing, by the journal's command."""

OF_DOMAINS = (Kind.DOMAIN_FAILING, Kind.DOMAIN_UNVERIFIED)


@dataclass(frozen=True)
class Change:
    """What an entry of the journal says that matters here."""

    command: str
    from_state: str | None
    to_state: str | None


def kind_of(change: Change) -> Kind | None:
    """Return what is told of an entry; None when it concerns nobody who has not asked."""
    if change.command in _OF_ACCOUNTS:
        return _OF_ACCOUNTS[change.command]
    if change.command == "credits_short":
        return Kind.CREDITS_SHORT
    if change.to_state is None:
        return None
    state, before = State(change.to_state), change.from_state
    if change.command == "late" and state in GATES:
        return Kind.HELD
    if state == before:
        return None
    if state in GATES:
        return Kind.TO_APPROVE
    if state in ENDS:
        return Kind.FINISHED
    return {State.REJECTED: Kind.REJECTED, State.INTERRUPTED: Kind.INTERRUPTED}.get(state)
