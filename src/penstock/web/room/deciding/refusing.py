"""Refusals in the words of a page. What a room says to programs too (which argument to give) is said here to a person."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from penstock.mailing.guards import Refusal

WORDS: dict[str, str | Promise] = {
    "reason_required": _("Say why: give a reason."),
    "note_required": _("Say what was done about the cause: it was interrupted."),
    "ground_required": _("Name the ground: technical, or the code of conduct."),
    "which_required": _("Pick those to whom it is sent once more, or all of them."),
    "time_required": _("Say when: give a date and a time."),
    "time_invalid": _("That is no date and time."),
    "unknown_plan": _("Say when it goes out: now, at a time, in sequence, or decided later."),
    "time_ambiguous": _("The clocks are put back then, so that time occurs twice. Say which of the two."),
    "version_changed": _("It has changed since you looked at it. This is how it stands now."),
    "queue_changed": _("The sequence has changed since you looked at it. This is the order now."),
    "digest_changed": _("It is not the one you looked at any more. Look at it again."),
    "analysis_running": _("Its analysis is not over. Wait for it, or say that you approve without it."),
    "analysis_missing": _(
        "Its analysis failed or was called off. Start it again, or say that you approve without it."
    ),
    "late_gate": _("Its launch time passed while it waited. Edit the launch date first."),
    "undo_over": _("It is too late to take it back. Pause it, or cancel it."),
    "already_paused": _("It is paused already."),
    "locked": _(
        "Too many bounces or complaints stopped it. Somebody with the right unlocks it first, with a note."
    ),
    "busy": _("Others keep changing it. Nothing was done; try again."),
    "key_reused": _("This form was sent before with other answers. Nothing was done; look at it again."),
}
"""By the refusal's code. What is not here is said as the room says it: it has figures, and names nothing but things."""


def text(refusal: Refusal) -> str:
    """Return what a page says of a refusal."""
    return str(WORDS.get(refusal.code, refusal.text))
