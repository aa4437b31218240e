"""Mailings at a glance, as a row of a list or of the board shows them: area, figures, place in the sequence, expected start."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from penstock.mailing import queue
from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.report.board import Area, area
from penstock.report.progress import Progress, progress_of
from penstock.report.sequence import expected_starts


@dataclass(frozen=True, slots=True)
class Glance:
    """One mailing. `figures`: None before its audience is frozen. `position`: in the sequence, from 1, while it waits there."""

    mailing: Mailing
    area: Area
    figures: Progress | None
    position: int | None = None
    expected: datetime | None = None

    @property
    def waits_in_sequence(self) -> bool:
        """Whether it has a place in the sequence; a paused one keeps its own."""
        return self.position is not None


def glances(conn: psycopg.Connection[Any], account: int, mailings: Collection[Mailing]) -> list[Glance]:
    """Return the mailings at a glance, in the order given; a few statements, however many there are."""
    figures = progress_of(conn, [mailing.id for mailing in mailings if mailing.frozen_at])
    places: dict[int, int] = {}
    starts: dict[int, datetime | None] = {}
    if any(State.QUEUED in (mailing.state, mailing.came_from) for mailing in mailings):
        places = {number: place for place, number in enumerate(queue.listed(conn, account)[1], start=1)}
        starts = expected_starts(conn, account)
    return [
        Glance(each, area(each), figures.get(each.id), places.get(each.id), starts.get(each.id))
        for each in mailings
    ]  # fmt: skip
