"""Why a mailing is as it is, and what comes next, in words: one line for every state.

Who and since when stand beside it (heading); here is what the state means for this mailing, and what somebody may do about it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from penstock.mailing import step
from penstock.mailing.guards.known import HELD_BY_CANARY, LOCKING
from penstock.mailing.mailings import Mailing
from penstock.mailing.plan import Kind
from penstock.mailing.states import LIVE, State
from penstock.report.progress import Progress
from penstock.web.room.words import Text


@dataclass(frozen=True)
class Standing:
    """The status line: what it is doing (`now`), what comes next, and when somebody is tried again, if that is what it waits for.

    `percent`: how much of it is done; settled where `is_settling`, else handed off: the two honest figures, each in its time.
    """

    now: str
    next: str
    percent: float | None = None
    is_settling: bool = False
    next_attempt: datetime | None = None


_NOW: dict[State, Text] = {
    State.DRAFT: gettext_lazy("Being written"),
    State.IN_REVIEW: gettext_lazy("Waiting for approval"),
    State.IN_MODERATION: gettext_lazy("Waiting for validation by the platform"),
    State.REJECTED: gettext_lazy("Refused"),
    State.PARKED: gettext_lazy("Approved, and no time is set"),
    State.SCHEDULED: gettext_lazy("Approved, and has a time"),
    State.QUEUED: gettext_lazy("Approved, and waits for its turn in the sequence"),
    State.STARTING: gettext_lazy("Being prepared"),
    State.SENDING: gettext_lazy("Being sent"),
    State.PAUSED: pgettext_lazy("state of a mailing", "Paused"),
    State.INTERRUPTED: pgettext_lazy("state of a mailing", "Interrupted"),
    State.FINISHING: gettext_lazy("Being sent"),
    State.CANCELLING: gettext_lazy("Being cancelled"),
    State.SENT: pgettext_lazy("state of a mailing", "Sent"),
    State.CANCELLED: pgettext_lazy("state of a mailing", "Cancelled"),
    State.EXPIRED: gettext_lazy("Its end date passed before everybody was reached"),
}

_NEXT: dict[State, Text] = {
    State.DRAFT: gettext_lazy("Write it to the end and submit it; nothing goes out before it is approved."),
    State.IN_REVIEW: gettext_lazy(
        "Somebody with the role approver lets it out, or rejects it with a reason."
    ),
    State.IN_MODERATION: gettext_lazy("The platform looks at it; nothing of it can be changed meanwhile."),
    State.REJECTED: gettext_lazy("Its author may revise it and submit it again."),
    State.PARKED: gettext_lazy("Send it now, give it a time, or put it in the sequence."),
    State.SCHEDULED: gettext_lazy("It starts by itself at its time."),
    State.QUEUED: gettext_lazy("It starts by itself when those before it have been handed off."),
    State.STARTING: gettext_lazy("Its audience is written into the ledger; then it goes out by itself."),
    State.SENDING: gettext_lazy("It goes on by itself until everybody was tried."),
    State.PAUSED: gettext_lazy("Nothing more is handed off. Resume it, or cancel it for good."),
    State.INTERRUPTED: gettext_lazy(
        "Nothing more is handed off. Mend what the reason says, then resume it, or cancel it for good."
    ),
    State.FINISHING: gettext_lazy(
        "Nobody waits for a first attempt any more. Those whom a server put off are tried again by themselves, until they are settled."
    ),
    State.CANCELLING: gettext_lazy("What is on the wire is completed; then it is cancelled."),
    State.SENT: gettext_lazy("Everybody is settled; nothing more happens by itself."),
    State.CANCELLED: gettext_lazy(
        "Those who were not reached can still be sent to, or get a corrected copy."
    ),
    State.EXPIRED: gettext_lazy(
        "Those who were not reached can still be sent to with a new end date, or get a corrected copy."
    ),
}
"""Both tables have every state; a test holds them to it."""


def standing(mailing: Mailing, figures: Progress | None, *, unattended: bool = False) -> Standing:
    """Return the status line of a mailing; `figures` where its audience is frozen. `unattended`: no worker runs that would send it."""
    state = State(mailing.state)
    settling = state in _SETTLING
    following = _unattended() if unattended and state in LIVE else _next(mailing, state)
    if figures is None:
        return Standing(str(_NOW[state]), following)
    percent = figures.settled_percent if settling else figures.handed_off_percent
    again = figures.next_at if state is State.FINISHING else None
    return Standing(str(_NOW[state]), following, percent, settling, again)


def _unattended() -> str:
    return _("No worker runs, so nothing goes out. Start one (penstock worker); then it goes on by itself.")


def _locked(mailing: Mailing) -> str:
    unlocked = (mailing.reason or {}).get("unlocked")
    if unlocked:
        return _("%(who)s unlocked it: “%(note)s” It goes on when somebody resumes it.") % {
            "who": unlocked["who"], "note": unlocked["text"],
        }  # fmt: skip
    return _(
        "Nothing more is handed off. An administrator or the platform unlocks it with a note; then it can be resumed."
    )


_SETTLING = (State.FINISHING, State.SENT)


def _next(mailing: Mailing, state: State) -> str:
    code = (mailing.reason or {}).get("code", "")
    if code == "held:late_gate":
        return _("Its launch time has passed. Give it a new one, then it can be let out.")
    if code == HELD_BY_CANARY:
        return _(
            "Those who went ahead are judged when their wait is over; then the others follow by themselves, or it stops."
        )
    if state is State.SENDING and (earlier := step.earlier(mailing.audience)) is not None:
        return _(
            "Whom mailing %(earlier)s still reaches, by a retry as well, is taken in when their delay is over; it goes on until nobody is to come any more."
        ) % {"earlier": earlier}
    if state is State.INTERRUPTED and code in LOCKING:
        return _locked(mailing)
    if state is State.IN_MODERATION and (mailing.plan or {}).get("kind") == Kind.NOW:
        return _("The platform looks at it; it goes out as soon as it is validated.")
    return str(_NEXT[state])
