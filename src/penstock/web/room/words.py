"""The words of the room: what each state and each command is called, and the sign beside it. One vocabulary with API and CLI."""

from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Text: TypeAlias = str | Promise


CHANNELS: dict[str, Text] = {"email": _("E-mail"), "sms": _("SMS")}
"""The channels by which mailings go."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the recipients of a channel are told apart by, beside their address: the domain of it, or the country of a number."""

    title: Text
    by: Text
    together: Text
    example: str
    address: Text
    person: str


APART = {
    "email": Kept(_("Domain"), _("By domain"), _("Recipients by domain"), "example.org", _("Address"), "anna@example.org"),
    "sms": Kept(_("Country"), _("By country"), _("Recipients by country"), "FR", _("Number"), "+33612345678"),
}  # fmt: skip
"""By channel."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a state is shown: its name, a sign (colour never tells alone), and the tone of its colour."""

    title: Text
    icon: str
    tone: str  # quiet, waits, goes, held, wrong, done


STATES: dict[str, Standing] = {
    "draft": Standing(_("Draft"), "pen", "quiet"),
    "in_review": Standing(_("In review"), "eye", "waits"),
    "in_moderation": Standing(_("In moderation"), "eye", "waits"),
    "rejected": Standing(_("Rejected"), "cross", "wrong"),
    "parked": Standing(_("Parked"), "parked", "quiet"),
    "scheduled": Standing(_("Scheduled"), "clock", "waits"),
    "queued": Standing(_("Queued"), "queue", "waits"),
    "starting": Standing(_("Starting up"), "dots", "goes"),
    "sending": Standing(_("Sending"), "play", "goes"),
    "paused": Standing(_("Paused"), "pause", "held"),
    "interrupted": Standing(_("Interrupted"), "warning", "wrong"),
    "finishing": Standing(_("Finishing"), "dots", "goes"),
    "cancelling": Standing(_("Cancelling"), "stop", "held"),
    "sent": Standing(_("Sent"), "check", "done"),
    "cancelled": Standing(_("Cancelled"), "stop", "quiet"),
    "expired": Standing(_("Expired"), "clock", "quiet"),
}


@dataclass(frozen=True, slots=True)
class Order:
    """How a command is offered.

    `at_once`: the button gives it; otherwise it leads to a page (shown as a dialog where scripts run) that asks what it takes and
    says what it will do. `stops`: the click pauses the mailing at once, then it is asked. `tone`: how the button stands out.
    """

    title: Text
    icon: str
    at_once: bool = False
    tone: str = "plain"  # primary, plain, danger
    stops: bool = False


COMMANDS: dict[str, Order] = {
    "submit": Order(_("Submit"), "check", tone="primary"),
    "approve": Order(_("Approve"), "check", tone="primary"),
    "reject": Order(_("Reject"), "cross", tone="danger"),
    "validate": Order(_("Validate"), "check", tone="primary"),
    "edit": Order(_("Edit"), "pen"),
    "edit_plan": Order(_("Edit launch date"), "clock"),
    "withdraw": Order(_("Withdraw"), "back", at_once=True),
    "revise": Order(_("Revise"), "pen", at_once=True),
    "send_now": Order(_("Send now"), "play", tone="primary"),
    "schedule": Order(pgettext_lazy("command", "Schedule"), "clock"),
    "enqueue": Order(_("Put in sequence"), "queue"),
    "move": Order(_("Move in sequence"), "queue"),
    "park": Order(_("Decide later"), "parked", at_once=True),
    "undo": Order(_("Take back"), "back", at_once=True, tone="primary"),
    "unschedule": Order(_("Unschedule"), "back"),
    "pause": Order(_("Pause"), "pause", at_once=True),
    "resume": Order(_("Resume"), "play", tone="primary"),
    "unlock": Order(_("Unlock"), "check", tone="primary"),
    "cancel": Order(_("Cancel"), "stop", tone="danger", stops=True),
    "send_rest": Order(_("Send the rest"), "play"),
    "release_doubt": Order(_("Send to those in doubt"), "warning"),
    "copy": Order(_("Copy"), "copy", at_once=True),
    "fix_rest": Order(_("Fix the rest"), "pen"),
    "delete": Order(_("Delete"), "bin", tone="danger"),
    "archive": Order(_("Archive"), "box", at_once=True),
}
"""In the order in which they are offered. A test holds this list and the lifecycle's table together."""

FOREMOST: dict[str, tuple[str, ...]] = {
    "draft": ("edit", "submit"),
    "in_review": ("approve", "reject"),
    "in_moderation": ("validate", "reject"),
    "rejected": ("revise",),
    "parked": ("send_now", "schedule"),
    "scheduled": ("pause",),
    "queued": ("pause",),
    "starting": ("undo", "pause"),
    "sending": ("pause",),
    "finishing": ("pause",),
    "paused": ("resume", "cancel"),
    "interrupted": ("unlock", "resume", "cancel"),
    "cancelling": (),
    "sent": (),
    "cancelled": ("send_rest",),
    "expired": ("send_rest",),
}
"""What stands beside a mailing as a button; the other commands are in its Actions menu."""

TABS = (
    ("mailing", _("Overview")),
    ("mailing-preview", _("Preview")),
    ("mailing-analysis", _("Analysis")),
    ("mailing-recipients", _("Recipients")),
    ("mailing-report", _("Report")),
    ("mailing-journal", _("Journal")),
)
"""The pages of one mailing, in order; one that is not there (yet) is left out."""
