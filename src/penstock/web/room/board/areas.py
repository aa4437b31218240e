"""The areas of the board as the page shows them: their words, what stands in each, and what of it is the sequence."""

from dataclasses import dataclass
from typing import Any

import psycopg
from django.utils.translation import gettext_lazy as _

from penstock.mailing import queue
from penstock.report.board import Area, board
from penstock.report.glance import Glance, glances
from penstock.web.room.words import Text

SHOWN = 12
"""Mailings of one area on the page, and as many of the sequence; the list has the others."""

TITLES: dict[Area, tuple[str, Text, Text]] = {
    Area.NEEDS_YOU: ("needs-you", _("Needs you"), _("Nothing waits for anybody.")),
    Area.SENDING_NOW: ("sending-now", _("Sending now"), _("Nothing is being sent.")),
    Area.SCHEDULED: ("scheduled", _("Scheduled"), _("Nothing is planned.")),
    Area.TO_SCHEDULE: ("to-schedule", _("To schedule"), _("Nothing waits for a date.")),
    Area.JUST_FINISHED: ("just-finished", _("Just finished"), _("Nothing has ended yet.")),
    Area.DRAFTS: ("drafts", _("Drafts"), _("No draft is being written.")),
}
"""For each area the name that stands in addresses and documents, its title, and what it says when it is empty."""


@dataclass(frozen=True)
class Shown:
    """One area. `sequence` are those of it that go out one after the other; `more`: the list has others."""

    key: str
    title: Text
    empty: Text
    rows: list[Glance]
    sequence: list[Glance]
    more: bool

    @property
    def count(self) -> int:
        """How many are shown."""
        return len(self.rows) + len(self.sequence)

    @property
    def is_open(self) -> bool:
        """Empty ones are folded; drafts too: they are being written, and ask nothing of anybody here."""
        return self.count > 0 and self.key != "drafts"


@dataclass(frozen=True)
class Seen:
    """The board at one moment, with the version of the sequence that was looked at."""

    areas: list[Shown]
    queue_version: int

    @property
    def is_empty(self) -> bool:
        """Whether there is no mailing at all."""
        return not any(area.count for area in self.areas)


def seen(conn: psycopg.Connection[Any], account: int) -> Seen:
    """Return the board of the account."""
    version = queue.listed(conn, account)[0]
    parts = board(conn, account, most=SHOWN)
    told = {
        each.mailing.id: each for each in glances(conn, account, [m for part in parts for m in part.mailings])
    }
    return Seen(
        [_shown(part.area, [told[m.id] for m in part.mailings], part.more) for part in parts], version
    )


def _shown(area: Area, rows: list[Glance], more: bool) -> Shown:
    key, title, empty = TITLES[area]
    waiting = [row for row in rows if row.waits_in_sequence]
    others = [row for row in rows if not row.waits_in_sequence]
    return Shown(key, title, empty, others, waiting, more)
