"""The geometry of charts, and how the attempts of packages are spread over time."""

from datetime import UTC, datetime, timedelta

import pytest

from penstock.report.speed import over_time, span
from penstock.web.room.charts.columns import Series, line, stacked
from penstock.web.room.charts.figures import parts, share
from penstock.web.room.charts.scale import STEPS, step, top, written
from penstock.web.room.charts.strip import Cell, strip, together

T = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("value", "end"),
    [(0, 1), (1, 1), (1.1, 1.2), (50.7, 60), (99, 100), (100, 100), (0.03, 0.03), (123_456, 160_000)],
)
def test_an_axis_ends_at_a_round_number(value: float, end: float) -> None:
    assert top(value) == pytest.approx(end)


@pytest.mark.parametrize("seconds", [0, 1, 59, 3600, 86_400, 10 * 86_400, 400 * 86_400])
def test_no_more_stretches_than_asked_for(seconds: int) -> None:
    chosen = step(seconds, 60)
    assert seconds <= chosen * 60
    assert chosen in STEPS or chosen % STEPS[-1] == 0


@pytest.mark.parametrize(
    ("value", "text"), [(1, "1"), (0.5, "0.5"), (1 / 3, "0.33"), (100.0, "100"), (0, "0")]
)
def test_coordinates_have_a_point_in_any_language(value: float, text: str) -> None:
    assert written(value) == text


def test_columns_stand_upon_each_other() -> None:
    boxes, high = stacked([Series("a", "A", [1, 0, 3]), Series("b", "B", [1, 0, 1])])
    assert high == 4
    assert [(box.key, box.y, box.height) for box in boxes] == [
        ("a", "75", "25"), ("b", "50", "25"), ("a", "25", "75"), ("b", "0", "25"),
    ]  # fmt: skip
    assert stacked([]) == ([], 1.0)


def test_a_line_of_steps_and_its_area() -> None:
    drawn, area, high = line([1, 2])
    assert (drawn, area, high) == ("M0 50H500V0H1000", "M0 50H500V0H1000V100H0Z", 2)


def test_a_strip_has_no_more_cells_than_can_be_told_apart() -> None:
    cells = [Cell(no, no, 10, "done" if no < 250 else "active", (8, 1, 1, 0)) for no in range(1, 252)]
    shown = together(cells, 100)
    assert len(shown) == 84
    assert [(shown[0].first, shown[0].last, shown[0].size), shown[-1].state] == [(1, 3, 30), "active"]
    assert sum(cell.size for cell in shown) == 2510
    assert [box.height for box in strip(shown)[0].boxes] == ["80", "10", "10"]


def test_shares_are_rounded_down_and_parts_fill_the_bar() -> None:
    assert (share(999, 1000), share(9999, 10_000), share(1, 0)) == (99.9, 99.9, 0.0)
    assert [(part.key, part.x, part.width) for part in parts([("a", 1), ("b", 0), ("c", 3)], 4)] == [
        ("a", "0", "25"),
        ("c", "25", "75"),
    ]


def test_attempts_are_spread_evenly_over_the_time_of_their_package() -> None:
    told = over_time([(at(0), at(2), 120), (at(1), at(2), 60)], [], 60)
    assert told is not None
    assert (told.start, [round(each) for each in told.attempts]) == (T, [60, 120, 0])
    assert [round(rate) for rate in told.rates] == [1, 2, 0]


def test_while_it_stood_still_nothing_was_sent() -> None:
    paused = [(at(1), at(3))]
    told = over_time([(at(0), at(4), 120)], paused, 60)
    assert told is not None
    assert [round(each) for each in told.attempts] == [60, 0, 0, 60, 0]
    still = [*paused, (at(5), datetime.max.replace(tzinfo=UTC))]
    assert span([(at(0), at(90), 10)], still) == 300
    assert over_time([], [], 60) is None


def test_a_package_that_took_no_time_counts() -> None:
    told = over_time([(at(0.5), at(0.5), 7)], [], 60)
    assert told is not None
    assert told.attempts == [7]
