"""Which part of an audience goes when: batches, zones, quiet hours, changes of the clocks, pauses."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.mailing import batches, plan, quiet, timeline
from penstock.mailing.timeline import Pace, Slot

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
wall = datetime.fromisoformat


def pace(batched: dict[str, int] | None = None, interval: object = "1h", **more: object) -> Pace:
    parts = batches.read(batched, interval) if batched else None
    return Pace(**{"zone": "Europe/Paris", "batches": parts, **more})


def test_everybody_at_once() -> None:
    (only,) = timeline.releases(pace(), {None: 12}, NOON)
    assert (only.at, only.count, only.slot, only.zone) == (NOON, 12, None, None)


def test_batches_of_a_size_an_interval_apart() -> None:
    spread = timeline.releases(pace({"size": 500}), {None: 1200}, NOON)
    assert [(each.slot, each.count, each.at) for each in spread] == [
        (1, 500, NOON), (2, 500, NOON + HOUR), (3, 200, NOON + 2 * HOUR)
    ]  # fmt: skip


def test_a_number_of_batches() -> None:
    spread = timeline.releases(pace({"number": 4}, 90), {None: 10}, NOON)
    assert [each.count for each in spread] == [3, 3, 3, 1]
    assert spread[-1].at == NOON + timedelta(seconds=270)


def test_an_interval_in_days_keeps_the_wall_time_over_the_change_of_the_clocks() -> None:
    start = datetime(2026, 10, 24, 7, tzinfo=UTC)  # 09:00 in Paris, a day before winter time
    by_day = timeline.releases(pace({"size": 1}, "1d"), {None: 3}, start)
    by_hours = timeline.releases(pace({"size": 1}, "24h"), {None: 3}, start)
    assert [each.at.hour for each in by_day] == [7, 8, 8]
    assert [each.at.hour for each in by_hours] == [7, 7, 7]


@pytest.mark.behaviour("S3.26")
def test_zones_26_hours_apart_each_have_their_own_nine_o_clock() -> None:
    spread = timeline.releases(
        pace(wall=wall("2026-07-02T09:00")), {"Etc/GMT+12": 3, "Pacific/Kiritimati": 2, None: 4},
        datetime(2026, 7, 1, 12, tzinfo=UTC),
    )  # fmt: skip
    assert [(each.zone, each.at.isoformat()) for each in spread] == [
        ("Pacific/Kiritimati", "2026-07-01T19:00:00+00:00"), (None, "2026-07-02T07:00:00+00:00"),
        ("Etc/GMT+12", "2026-07-02T21:00:00+00:00"),
    ]  # fmt: skip
    assert spread[-1].at - spread[0].at == timedelta(hours=26)


def test_a_wall_time_that_a_zone_skips_means_an_hour_later_and_of_two_the_first() -> None:
    skipped = timeline.releases(
        pace(wall=wall("2027-03-28T02:30")), {None: 1, "Europe/London": 1, "America/New_York": 1},
        datetime(2027, 3, 27, tzinfo=UTC),
    )  # fmt: skip
    there = {each.zone: each.at for each in skipped}
    assert there[None].astimezone(ZoneInfo("Europe/Paris")).strftime("%H:%M") == "03:30"
    assert there["America/New_York"].astimezone(ZoneInfo("America/New_York")).strftime("%H:%M") == "02:30"
    (twice,) = timeline.releases(pace(wall=wall("2026-10-25T02:30")), {None: 1}, NOON)
    assert twice.at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    (second,) = timeline.releases(pace(wall=wall("2026-10-25T02:30"), fold=1), {None: 1}, NOON)
    assert second.at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_a_zone_whose_time_is_past_goes_at_once_or_not_at_all() -> None:
    people = {"Asia/Tokyo": 5, "America/New_York": 7}
    at_once = timeline.releases(pace(wall=wall("2026-07-01T09:00")), people, NOON)
    assert [(each.zone, each.at, each.missed) for each in at_once] == [
        ("Asia/Tokyo", NOON, False), ("America/New_York", NOON + HOUR, False)
    ]  # fmt: skip
    skipped = timeline.releases(pace(wall=wall("2026-07-01T09:00"), skip_missed=True), people, NOON)
    assert [(each.zone, each.missed) for each in skipped] == [
        ("Asia/Tokyo", True),
        ("America/New_York", False),
    ]
    barely = timeline.releases(
        pace(wall=wall("2026-07-01T09:00"), skip_missed=True), people, datetime(2026, 7, 1, 0, 10, tzinfo=UTC)
    )
    assert not any(each.missed for each in barely)


def test_quiet_hours_are_waited_out_where_the_recipient_is() -> None:
    night = datetime(2026, 7, 1, 20, 30, tzinfo=UTC)  # 22:30 in Paris, 16:30 in New York
    spread = timeline.releases(pace(quiet=quiet.read("22:00-08:00")), {None: 1, "America/New_York": 1}, night)
    assert [(each.zone, each.at, each.planned) for each in spread] == [
        ("America/New_York", night, night), (None, datetime(2026, 7, 2, 6, tzinfo=UTC), night)
    ]  # fmt: skip


def test_batches_rest_in_quiet_hours_and_never_gather_at_their_end() -> None:
    evening = datetime(2026, 7, 1, 18, tzinfo=UTC)  # 20:00 in Paris
    spread = timeline.releases(pace({"size": 1}, quiet=quiet.read("22:00-08:00")), {None: 4}, evening)
    assert [each.at.astimezone(ZoneInfo("Europe/Paris")).hour for each in spread] == [20, 21, 8, 9]


def test_thousands_of_batches_to_many_zones_ask_each_zone_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page foresees it, and a sender freezes it: asked for each zone and each batch, that took minutes."""
    asked = 0
    over = quiet.Quiet.over

    def counted(self: quiet.Quiet, at: datetime, zone: ZoneInfo) -> datetime:
        nonlocal asked
        asked += 1
        return over(self, at, zone)

    monkeypatch.setattr(quiet.Quiet, "over", counted)
    pace = Pace("UTC", batches.read({"number": 2000}, "1m"), quiet=quiet.read("22:00-08:00"))
    people = {f"Etc/GMT{n:+d}": 1000 for n in range(-12, 13) if n}
    spread = timeline.releases(pace, people, datetime(2030, 1, 1, tzinfo=UTC))
    assert sum(each.count for each in spread) == 24_000
    assert asked < 3 * 2000


def test_quiet_hours_end_where_the_clocks_change() -> None:
    paris = ZoneInfo("Europe/Paris")
    late = quiet.read("22:00-02:30")
    assert late is not None
    spring = late.over(datetime(2027, 3, 27, 22, tzinfo=UTC), paris)  # 02:30 does not exist that night
    assert not late.covers(spring.astimezone(paris).time())
    autumn = late.over(datetime(2026, 10, 24, 22, tzinfo=UTC), paris)  # 02:30 comes twice
    assert autumn == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_too_many_batches_are_refused() -> None:
    with pytest.raises(timeline.TooManyBatches, match="make the batches larger"):
        timeline.releases(pace({"size": 1}), {None: 10_001}, NOON)


# -- going on after a pause ---------------------------------------------------------

HOURLY = [Slot(number, NOON + (number - 1) * HOUR) for number in range(1, 6)]


@pytest.mark.behaviour("S3.11")
def test_what_is_still_to_come_keeps_its_time_and_what_was_missed_goes_behind_it_one_by_one() -> None:
    new = timeline.after_pause(pace({"size": 1}), HOURLY, NOON + HOUR / 2, NOON + 2.5 * HOUR, shift=False)
    assert new == {2: NOON + 5 * HOUR, 3: NOON + 6 * HOUR}


def test_when_all_was_missed_the_grid_goes_on() -> None:
    new = timeline.after_pause(pace({"size": 1}), HOURLY, NOON + HOUR / 2, NOON + 9.5 * HOUR, shift=False)
    assert list(new.values()) == [NOON + hours * HOUR for hours in (10, 11, 12, 13)]


def test_all_later_by_the_pause() -> None:
    new = timeline.after_pause(pace({"size": 1}), HOURLY, NOON + HOUR / 2, NOON + 2.5 * HOUR, shift=True)
    assert new == {number: NOON + (number + 1) * HOUR for number in range(2, 6)}


def test_a_pause_between_two_batches_changes_nothing() -> None:
    stopped, now = NOON + 0.2 * HOUR, NOON + 0.8 * HOUR
    assert timeline.after_pause(pace({"size": 1}), HOURLY, stopped, now, shift=False) == {}


# -- whatever plan, zones and pauses --------------------------------------------------

ZONES = [
    None,
    "Etc/GMT+12",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Europe/London",
]
STARTS = st.datetimes(wall("2026-01-01T00:00"), wall("2027-12-31T00:00")).map(
    lambda at: at.replace(tzinfo=UTC)
)
PARTS = st.one_of(
    st.builds(lambda n: {"size": n}, st.integers(1, 40)),
    st.builds(lambda n: {"number": n}, st.integers(1, 30)),
)
INTERVALS = st.one_of(st.integers(1, 200_000), st.sampled_from(["1h", "30m", "1d", "2d", "24h"]))
QUIET = st.sampled_from(["off", "22:00-08:00", "02:30-03:30", "12:00-13:00", "23:59-00:01"])
PACES = st.builds(
    lambda parts, interval, wall, fold, hours, skip: Pace(
        "Europe/Paris", batches.read(parts, interval) if parts else None, wall, fold, quiet.read(hours), skip
    ),
    st.none() | PARTS, INTERVALS, st.none() | st.datetimes(wall("2026-01-01T00:00"), wall("2027-12-31T00:00")),
    st.sampled_from([0, 1]), QUIET, st.booleans(),
)  # fmt: skip
PEOPLE = st.dictionaries(st.sampled_from(ZONES), st.integers(1, 60), min_size=1)


@given(PACES, PEOPLE, STARTS)
def test_everybody_goes_once_not_before_the_time_and_no_two_batches_at_once(
    pace: Pace, people: dict[str | None, int], start: datetime
) -> None:
    spread = timeline.releases(pace, people, start)
    of_zone: defaultdict[str | None, int] = defaultdict(int)
    for each in spread:
        of_zone[each.zone] += each.count
        assert each.missed or each.at >= max(start, pace.wanted(each.zone, start))
        assert each.missed or pace.quiet is None or pace.awake(each.zone, each.at) == each.at
    assert of_zone == people
    if pace.batches:
        _no_two_at_once(pace, {each.slot: each.at for each in spread if each.slot})
        size = pace.batches.size_of(sum(each.count for each in spread if not each.missed))
        for slot in {each.slot for each in spread if each.slot}:
            assert sum(each.count for each in spread if each.slot == slot) <= size


@given(
    PACES.filter(lambda pace: pace.batches),
    PEOPLE,
    STARTS,
    st.lists(st.tuples(st.integers(0, 500_000), st.integers(1, 900_000)), max_size=4),
    st.booleans(),
)
def test_after_any_pauses_no_two_batches_go_at_once(
    pace: Pace, people: dict[str | None, int], start: datetime, pauses: list[tuple[int, int]], shift: bool
) -> None:
    zones: defaultdict[int, list[str | None]] = defaultdict(list)
    times: dict[int, datetime] = {}
    for each in timeline.releases(pace, people, start):
        if each.slot:
            zones[each.slot].append(each.zone)
            times[each.slot] = each.at
    now = start
    for runs, stands in pauses:
        stopped = now + timedelta(seconds=runs)
        now = stopped + timedelta(seconds=stands)
        slots = [Slot(number, at, tuple(zones[number])) for number, at in times.items()]
        new = timeline.after_pause(pace, slots, stopped, now, shift=shift)
        for number, at in new.items():
            assert at >= max(now, times[number])
        if not shift:
            assert all(times[number] <= now for number in new)
        times |= new
        _no_two_at_once(pace, times)


def _no_two_at_once(pace: Pace, times: dict[int | None, datetime]) -> None:
    assert pace.batches is not None
    apart = timedelta(seconds=pace.batches.interval) - (HOUR if pace.batches.by_day else timedelta())
    assert all(later - earlier >= apart for earlier, later in pairwise(sorted(times.values())))


# -- plans ------------------------------------------------------------------------------


def _read(**given: object) -> plan.Plan:
    return plan.read({"kind": "at", "at": "2026-12-01T09:00", **given}, zone="Europe/Paris", now=NOON)


def test_a_plan_with_batches_and_local_time_is_kept_as_it_is_given() -> None:
    read = _read(local=True, batches={"size": 500}, interval="30m", ends_at="2026-12-02")
    assert read.local
    assert read.batches == batches.Batches(500, None, 1800)
    assert plan.read(read.document, zone="UTC", now=NOON).document == read.document
    made = timeline.pace_of(read.document, zone="UTC")
    assert (made.wall, made.batches, made.zone) == (wall("2026-12-01T09:00"), read.batches, "Europe/Paris")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"batches": {"size": 500}}, "batches_invalid"),
        ({"batches": {"size": 0}, "interval": "1h"}, "batches_invalid"),
        ({"batches": {"size": True}, "interval": "1h"}, "batches_invalid"),
        ({"batches": {"size": 5, "number": 5}, "interval": "1h"}, "batches_invalid"),
        ({"batches": [5], "interval": "1h"}, "batches_invalid"),
        ({"batches": {"number": 10_001}, "interval": "1h"}, "batches_invalid"),
        ({"batches": {"number": 10}, "interval": "0h"}, "batches_invalid"),
        ({"batches": {"number": 10}, "interval": "often"}, "batches_invalid"),
        ({"interval": "1h"}, "batches_invalid"),
        ({"local": "yes"}, "unknown_plan"),
        ({"local": True, "at": "2026-12-01T09:00+01:00"}, "time_invalid"),
        ({"local": True, "at": "9999-12-31T23:00"}, "time_invalid"),
        ({"local": True, "kind": "now", "at": None}, "unknown_plan"),
    ],
)
def test_what_cannot_be_carried_out_is_refused(given: dict[str, object], code: str) -> None:
    with pytest.raises(plan.PlanError) as refused:
        _read(**given)
    assert refused.value.code == code


def test_what_would_go_after_the_last_year_is_refused() -> None:
    pace = timeline.pace_of({"kind": "at", "batches": {"size": 1}, "interval": "31d"}, zone="Europe/Berlin")
    with pytest.raises(timeline.TooManyBatches, match="9999"):
        timeline.releases(pace, {None: 600}, datetime(9999, 12, 1, tzinfo=UTC))
