"""What the button of a command says: what it will do, and to how many."""

from django.utils.translation import gettext as _

from penstock.mailing.plan import Kind
from penstock.mailing.states import GATES, State
from penstock.preflight.foretelling import Foretold
from penstock.web.room import words
from penstock.web.templatetags.room import number


def button(name: str, told: Foretold, count: int) -> str:
    """Return the words of the button that gives the command."""
    if name == "cancel":
        return _("Cancel sending")
    if name == "unschedule":
        return _("Make it a draft again")
    if name == "send_now":
        return _("Send now to %(number)s") % {"number": number(count)}
    if name in ("approve", "validate") and told.target is State.STARTING:
        return _approved_now(name, count)
    if name == "submit" and told.target in GATES:
        return _("Submit for approval")
    if name in ("submit", "send_rest"):
        return of_kind("now", count)
    if name == "release_doubt":
        return _("Send once more")
    return str(words.COMMANDS[name].title)


def _approved_now(name: str, count: int) -> str:
    if name == "approve":
        return _("Approve and send now to %(number)s") % {"number": number(count)}
    return _("Validate and send now to %(number)s") % {"number": number(count)}


def of_plan(name: str, told: Foretold, count: int) -> dict[str, str]:
    """Return what the button says for each way to go out; nothing where it is the same for all."""
    if name not in ("submit", "send_rest") or told.target in GATES:
        return {}
    return {kind.value: of_kind(kind.value, count) for kind in Kind}


def of_kind(kind: str, count: int) -> str:
    """Return what a button says that gives a mailing a plan of this kind."""
    return {
        Kind.NOW: _("Send now to %(number)s") % {"number": number(count)},
        Kind.AT: _("Schedule"),
        Kind.SEQUENCE: _("Put in sequence"),
        Kind.LATER: _("Decide later"),
        Kind.AFTER: _("Schedule"),
    }[Kind(kind)]
