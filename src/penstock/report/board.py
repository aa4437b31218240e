"""The board: every mailing stands in one area, by its state alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg

from penstock.mailing import queue
from penstock.mailing.mailings import Mailing, find_all, listed
from penstock.mailing.states import State


class Area(StrEnum):
    """The areas, in the order in which they are shown."""

    NEEDS_YOU = "Needs you"
    SENDING_NOW = "Sending now"
    SCHEDULED = "Scheduled"
    TO_SCHEDULE = "To schedule"
    JUST_FINISHED = "Just finished"
    DRAFTS = "Drafts"


_AREAS = {
    State.DRAFT: Area.DRAFTS,
    State.IN_REVIEW: Area.NEEDS_YOU,
    State.IN_MODERATION: Area.NEEDS_YOU,
    State.REJECTED: Area.NEEDS_YOU,
    State.PARKED: Area.TO_SCHEDULE,
    State.SCHEDULED: Area.SCHEDULED,
    State.QUEUED: Area.SCHEDULED,
    State.INTERRUPTED: Area.NEEDS_YOU,
    State.STARTING: Area.SENDING_NOW,
    State.SENDING: Area.SENDING_NOW,
    State.FINISHING: Area.SENDING_NOW,
    State.CANCELLING: Area.SENDING_NOW,
    State.SENT: Area.JUST_FINISHED,
    State.CANCELLED: Area.JUST_FINISHED,
    State.EXPIRED: Area.JUST_FINISHED,
}


def area(mailing: Mailing) -> Area:
    """Where a mailing stands; a paused one stays where it was."""
    state = State(mailing.state)
    return _AREAS[State(mailing.came_from) if state is State.PAUSED and mailing.came_from else state]


def by_area(mailings: list[Mailing]) -> dict[Area, list[Mailing]]:
    """The mailings under their areas, empty ones left out."""
    found = {each: [mailing for mailing in mailings if area(mailing) is each] for each in Area}
    return {each: there for each, there in found.items() if there}


@dataclass(frozen=True)
class Part:
    """One area with its mailings; `more`: there are others that are not shown."""

    area: Area
    mailings: list[Mailing]
    more: bool


_SHOWN = {Area.JUST_FINISHED: 20, Area.DRAFTS: 20}
"""Of these only the newest; of the other areas, which people work off, many."""
_MANY = 200


def board(conn: psycopg.Connection[Any], account: int, *, most: int = _MANY) -> list[Part]:
    """Return every area of the account's board, newest first; the sequence in its order, timed ones by their time.

    `most`: mailings shown of one area; paused ones stand beside them.
    """
    paused = listed(conn, account, limit=most, states=[State.PAUSED])
    order = {mailing: place for place, mailing in enumerate(queue.listed(conn, account)[1])}
    return [_part(conn, account, each, paused, order, min(most, _SHOWN.get(each, _MANY))) for each in Area]


def states_of(wanted: Area) -> list[str]:
    """Return the states whose mailings stand in an area."""
    return [state.value for state, there in _AREAS.items() if there is wanted]


def _part(
    conn: psycopg.Connection[Any], account: int, wanted: Area, paused: list[Mailing], order: dict[int, int], most: int
) -> Part:  # fmt: skip
    if wanted is Area.SCHEDULED:
        return _scheduled(conn, account, paused, order, most)
    states = states_of(wanted)
    rows = listed(conn, account, limit=most + 1, states=states)
    there = rows[:most] + [mailing for mailing in paused if area(mailing) is wanted]
    there.sort(key=lambda mailing: -mailing.id)
    return Part(wanted, there, len(rows) > most)


def _scheduled(
    conn: psycopg.Connection[Any], account: int, paused: list[Mailing], order: dict[int, int], most: int
) -> Part:
    """The first of the sequence in its order, then what has a time, the next one first."""
    first = sorted(order, key=order.__getitem__)[:most]
    queued = find_all(conn, account, first) if first else []
    timed = listed(conn, account, limit=most + 1, states=[State.SCHEDULED], by_time=True)
    there = timed[:most] + [m for m in paused if area(m) is Area.SCHEDULED and m.id not in order]
    there.sort(key=lambda m: (m.due_at.timestamp() if m.due_at else 0.0, m.id))
    queued.sort(key=lambda m: order[m.id])
    return Part(Area.SCHEDULED, queued + there, len(timed) > most or len(order) > most)
