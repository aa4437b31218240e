"""Entries of the journal as people read them: what was done, what came of it, and what of its data people ask for first."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from penstock.mailing.history import Line
from penstock.web.room.words import STATES, Text
from penstock.web.templatetags.room import number

DONE: dict[str, Text] = {
    "create": pgettext_lazy("journal", "Made"),
    "edit": pgettext_lazy("journal", "Edited"),
    "tag": pgettext_lazy("journal", "Tags changed"),
    "submit": pgettext_lazy("journal", "Submitted"),
    "approve": pgettext_lazy("journal", "Approved"),
    "validate": pgettext_lazy("journal", "Validated by the platform"),
    "edit_plan": pgettext_lazy("journal", "Launch date changed"),
    "reject": pgettext_lazy("journal", "Rejected"),
    "withdraw": pgettext_lazy("journal", "Withdrawn"),
    "revise": pgettext_lazy("journal", "Taken up for revision"),
    "send_now": pgettext_lazy("journal", "Sent on its way"),
    "schedule": pgettext_lazy("journal", "Scheduled"),
    "enqueue": pgettext_lazy("journal", "Put in sequence"),
    "move": pgettext_lazy("journal", "Moved in the sequence"),
    "park": pgettext_lazy("journal", "Put off: to be decided later"),
    "undo": pgettext_lazy("journal", "Start taken back"),
    "unschedule": pgettext_lazy("journal", "Unscheduled"),
    "pause": pgettext_lazy("journal", "Paused"),
    "resume": pgettext_lazy("journal", "Resumed"),
    "unlock": pgettext_lazy("journal", "Unlocked"),
    "cancel": pgettext_lazy("journal", "Cancelled"),
    "send_rest": pgettext_lazy("journal", "Sent to the rest"),
    "release_doubt": pgettext_lazy("journal", "Those in doubt released"),
    "copy": pgettext_lazy("journal", "Copied"),
    "fix_rest": pgettext_lazy("journal", "Correction made for the rest"),
    "delete": pgettext_lazy("journal", "Deleted"),
    "archive": pgettext_lazy("journal", "Archived"),
    "late": pgettext_lazy("journal", "Launch time passed at the gate"),
    "due": pgettext_lazy("journal", "Its time came"),
    "promote": pgettext_lazy("journal", "Its turn came"),
    "prepared": pgettext_lazy("journal", "Audience written into the ledger"),
    "handed_off": pgettext_lazy("journal", "Nobody waits for a first attempt any more"),
    "settled": pgettext_lazy("journal", "Everybody is settled"),
    "drained": pgettext_lazy("journal", "Nothing is on the wire any more"),
    "end_date": pgettext_lazy("journal", "End date passed"),
    "hold_back": pgettext_lazy("journal", "Recipients kept back by a kill switch"),
    "let_go": pgettext_lazy("journal", "Nobody is kept back any more"),
    "await_canary": pgettext_lazy("journal", "Canary sent ahead; the others wait"),
    "next_canary": pgettext_lazy("journal", "Nobody of the canary was tried; the next ones go ahead"),
    "pass_canary": pgettext_lazy("journal", "Canary judged good; the others go"),
    "interrupt": pgettext_lazy("journal", "Interrupted"),
    "catch_up": pgettext_lazy("journal", "Audience and times brought up to date"),
    "chain_break": pgettext_lazy("journal", "Draft again: an earlier step was stopped"),
    "reopen": pgettext_lazy("journal", "Goes on: others join it from the earlier step"),
    "delete_along": pgettext_lazy("journal", "Deleted with an earlier step"),
    "credits_short": pgettext_lazy("journal", "Credits will run short"),
}
"""Every command and event; a test holds this and the lifecycle's table together."""

DOORS: dict[str, Text] = {
    "cli": gettext_lazy("command line"),
    "api": gettext_lazy("API"),
    "web": gettext_lazy("control room"),
    "system": gettext_lazy("by itself"),
}

GROUNDS: dict[str, Text] = {
    "technical": gettext_lazy("on technical grounds"),
    "conduct": gettext_lazy("because of the code of conduct"),
}


@dataclass(frozen=True)
class Entry:
    """One line as it is shown. `notes`: what its data say beside the reason. `to_state` where it changed."""

    line: Line
    done: Text
    door: Text
    to_state: Text
    notes: list[str]


def shown(lines: list[Line]) -> list[Entry]:
    """Return the lines as they are shown, in their order."""
    return [_entry(line) for line in lines]


def _entry(line: Line) -> Entry:
    moved = line.to_state is not None and line.to_state != line.from_state
    to_state = STATES[line.to_state].title if moved and line.to_state in STATES else ""
    return Entry(
        line,
        DONE.get(line.command, line.command),
        DOORS.get(line.door, line.door),
        to_state,
        _notes(line.data),
    )


def _found(data: dict[str, Any]) -> list[str]:
    """What catching up found when it went on."""
    words = {
        "joined": _("%(number)s joined the audience"),
        "left": _("%(number)s left the audience"),
        "missed": _("%(number)s missed the time of their zone"),
    }
    return [
        text % {"number": number(data[name])}
        for name, text in words.items()
        if isinstance(data.get(name), int)
    ]


def _notes(data: dict[str, Any]) -> list[str]:
    told = [
        _("without review") if data.get("reviewed") is False else "",
        _("before its analysis was over") if data.get("analysed") is False else "",
        str(GROUNDS.get(data.get("ground", ""), "")),
        _("changed: %(what)s") % {"what": ", ".join(name.removesuffix("_id") for name in data["changed"])}
        if data.get("changed") else "",
        *_found(data),
        _("as mailing %(number)s") % {"number": data["made"]} if data.get("made") else "",
    ]  # fmt: skip
    return [each for each in told if each]
