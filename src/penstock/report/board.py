"""The board: every mailing stands in one area, by its state alone."""

from enum import StrEnum

from penstock.mailing.mailings import Mailing
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
