"""Every mailing has one place on the board."""

from dataclasses import replace
from datetime import UTC, datetime

from penstock.mailing.mailings import Mailing
from penstock.mailing.states import State
from penstock.report.board import Area, area, by_area

THEN = datetime(2026, 1, 1, tzinfo=UTC)
ONE = Mailing(
    id=1, account=1, name="News", channel="email", state="draft", came_from=None, reason=None, version=1, revision=1,
    message=1, transport=1, audience={"list": 1}, plan=None, options={}, digest=None, authors=[], due_at=None, ends_at=None,
    undo_until=None, approved_size=None, copied_from=None, fixes=None, corrections=[], created_at=THEN, submitted_at=None,
    approved_at=None, started_at=None, frozen_at=None, finished_at=None, archived_at=None, segments=None, first_at=None,
)  # fmt: skip


def test_every_state_has_an_area() -> None:
    for state in State:
        assert area(replace(ONE, state=state.value, came_from="sending")) in Area


def test_a_paused_mailing_stays_where_it_was() -> None:
    assert area(replace(ONE, state="paused", came_from="sending")) is Area.SENDING_NOW


def test_areas_come_in_their_order_and_empty_ones_are_left_out() -> None:
    mailings = [
        replace(ONE, id=1, state="sent"),
        replace(ONE, id=2, state="starting"),
        replace(ONE, id=3, state="sent"),
    ]
    assert [(place, [each.id for each in there]) for place, there in by_area(mailings).items()] == [
        (Area.SENDING_NOW, [2]),
        (Area.JUST_FINISHED, [1, 3]),
    ]
