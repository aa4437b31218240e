"""Plans: what they may say, and the instants they mean: zones, times that the clocks skip, times that occur twice."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.account.policy import Policy
from penstock.mailing.guards import Facts, new_end, plan_of
from penstock.mailing.plan import Kind, PlanError, instant, read
from penstock.mailing.states import State

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def plan(given: Any, **more: Any) -> Any:
    return read(given, **{"zone": "Europe/Paris", "now": NOW, **more})


@pytest.mark.parametrize("kind", ["now", "sequence", "later"])
def test_a_plan_without_a_time(kind: str) -> None:
    found = plan({"kind": kind})
    assert (found.kind, found.due_at, found.ends_at, found.document) == (
        Kind(kind),
        None,
        None,
        {"kind": kind},
    )


@pytest.mark.behaviour("S5.15")
@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("2026-03-02T09:00", None, "2026-03-02T08:00"),  # the account's: Paris, winter
        ("2026-07-01T09:00", None, "2026-07-01T07:00"),  # summer
        ("2026-07-01T09:00", "America/New_York", "2026-07-01T13:00"),
        ("2026-07-01T09:00", "Asia/Kathmandu", "2026-07-01T03:15"),
        ("2026-07-01T09:00", "UTC", "2026-07-01T09:00"),
        ("2026-07-01T09:00+02:00", "UTC", "2026-07-01T07:00"),  # an offset of its own counts
        ("2026-07-01T09:00Z", "America/New_York", "2026-07-01T09:00"),
        ("2026-03-29T01:59", None, "2026-03-29T00:59"),  # the last minute before the clocks go forward
        ("2026-03-29T03:00", None, "2026-03-29T01:00"),
    ],
)
def test_a_wall_time_is_of_its_zone(at: str, zone: str | None, expected: str) -> None:
    found = plan({"kind": "at", "at": at, **({"zone": zone} if zone else {})})
    assert found.due_at == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.document == {"kind": "at", "at": at, "zone": zone or "Europe/Paris"}


@pytest.mark.behaviour("B11")
@pytest.mark.parametrize(
    ("at", "zone", "next_ones"),
    [
        ("2026-03-29T02:30", "Europe/Paris", ("2026-03-29 01:30", "2026-03-29 03:30")),
        ("2026-03-29T02:00", "Europe/Paris", ("2026-03-29 01:00", "2026-03-29 03:00")),
        ("2026-10-04T02:15", "Australia/Lord_Howe", ("2026-10-04 01:45", "2026-10-04 02:45")),  # half an hour
    ],
)
def test_a_time_that_the_clocks_skip_is_refused_with_those_that_exist(
    at: str, zone: str, next_ones: tuple[str, str]
) -> None:
    with pytest.raises(PlanError) as refused:
        plan({"kind": "at", "at": at, "zone": zone})
    assert refused.value.code == "time_does_not_exist"
    assert all(each in refused.value.text for each in next_ones)


@pytest.mark.behaviour("B11")
@pytest.mark.parametrize(("fold", "expected"), [("first", 0), ("second", 1)])
def test_a_time_that_occurs_twice_is_asked_about(fold: str, expected: int) -> None:
    twice = {"kind": "at", "at": "2026-10-25T02:30"}
    with pytest.raises(PlanError) as refused:
        plan(twice)
    assert refused.value.code == "time_ambiguous"
    assert "00:30 and 01:30 UTC" in refused.value.text
    found = plan({**twice, "fold": fold})
    assert found.due_at == datetime(2026, 10, 25, expected, 30, tzinfo=UTC)
    assert found.document["fold"] == fold
    assert plan(found.document).due_at == found.due_at, "what is stored means the same"


def test_an_end_date_that_occurs_twice_is_asked_about_too() -> None:
    given = {"kind": "now", "ends_at": "2026-10-25T02:30"}
    with pytest.raises(PlanError) as refused:
        plan(given)
    assert refused.value.code == "time_ambiguous"
    found = plan({**given, "fold": "second"})
    assert found.ends_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert plan(found.document).ends_at == found.ends_at


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (None, "unknown_plan"), ("now", "unknown_plan"), ({}, "unknown_plan"), ({"kind": "never"}, "unknown_plan"),
        ({"kind": "now", "speed": 3}, "unknown_plan"), ({"kind": "now", "at": "2026-07-01T09:00"}, "unknown_plan"),
        ({"kind": "at"}, "time_invalid"), ({"kind": "at", "at": "soon"}, "time_invalid"), ({"kind": "at", "at": 7}, "time_invalid"),
        ({"kind": "at", "at": "2026-02-29T09:00"}, "time_invalid"), ({"kind": "at", "at": "9999-12-31T23:59", "zone": "Etc/GMT+12"}, "time_invalid"),
        ({"kind": "at", "at": "0001-01-01T00:00"}, "time_invalid"),
        ({"kind": "at", "at": "2026-07-01T09:00", "zone": "Mars"}, "unknown_zone"),
        ({"kind": "at", "at": "2026-07-01T09:00", "zone": "../UTC"}, "unknown_zone"),
        ({"kind": "at", "at": "2026-07-01T09:00", "zone": ["UTC"]}, "unknown_zone"),
        ({"kind": "at", "at": "2026-07-01T09:00", "fold": "third"}, "time_invalid"),
        ({"kind": "at", "at": "2026-03-01T13:00"}, "past_start"), ({"kind": "at", "at": "2026-03-01T12:00Z"}, "past_start"),
        ({"kind": "now", "ends_at": "2026-03-01T12:00Z"}, "end_before_start"),
        ({"kind": "at", "at": "2026-07-01T09:00", "ends_at": "2026-07-01T09:00"}, "end_before_start"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused(given: Any, code: str) -> None:
    with pytest.raises(PlanError) as refused:
        plan(given)
    assert refused.value.code == code
    assert refused.value.text.endswith(".")


def test_a_start_that_is_past_can_mean_now() -> None:
    found = plan(
        {"kind": "at", "at": "2026-03-01T09:00", "ends_at": "2026-03-05T09:00"}, past_start="send_now"
    )
    assert (found.kind, found.due_at) == (Kind.NOW, None)
    assert found.ends_at == datetime(2026, 3, 5, 8, tzinfo=UTC)
    assert plan(found.document).kind is Kind.NOW


def facts(**more: Any) -> Facts:
    return Facts(State.PAUSED, **{"now": NOW, "zone": "Europe/Paris", "policy": Policy(), **more})


KEPT = {
    "plan": {"kind": "sequence", "ends_at": "2026-03-05T18:00", "zone": "Europe/Paris"},
    "ends_at": datetime(2026, 3, 5, 17, tzinfo=UTC),
}


def test_a_new_start_keeps_the_end_date_that_there_is() -> None:
    for zone, text in ((None, "2026-03-05T18:00"), ("America/New_York", "2026-03-05T17:00:00+00:00")):
        found = plan_of(facts(**KEPT), {"at": "2026-03-04T09:00", "zone": zone})
        assert found.ends_at == KEPT["ends_at"]
        assert found.document["ends_at"] == text
        assert plan(found.document).ends_at == KEPT["ends_at"]
    other = plan_of(facts(**KEPT), {"at": "2026-03-04T09:00", "ends_at": "2026-03-04T10:00"})
    assert other.ends_at == datetime(2026, 3, 4, 9, tzinfo=UTC)
    with pytest.raises(PlanError, match="not after the start"):
        plan_of(facts(**KEPT), {"at": "2026-03-06T09:00"})


def test_a_plan_given_whole_is_the_plan() -> None:
    assert plan_of(facts(**KEPT), {"plan": {"kind": "now"}}).ends_at is None


def test_an_end_date_alone_is_of_the_zone_given_with_it() -> None:
    found = plan_of(facts(**KEPT), {"ends_at": "2026-03-05T18:00", "zone": "America/New_York"})
    assert (found.kind, found.ends_at) == (Kind.SEQUENCE, datetime(2026, 3, 5, 23, tzinfo=UTC))


def test_a_mailing_that_started_long_ago_can_get_a_new_end() -> None:
    started: dict[str, Any] = {
        "plan": {"kind": "at", "at": "2026-02-01T08:00", "zone": "Europe/Paris", "ends_at": "2026-02-28T08:00"},
        "due_at": datetime(2026, 2, 1, 7, tzinfo=UTC), "ends_at": datetime(2026, 2, 28, 7, tzinfo=UTC),
    }  # fmt: skip
    document, ends_at = new_end(facts(**started), {"ends_at": "2026-03-02T08:00"})
    assert ends_at == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert (document["kind"], document["at"]) == ("at", "2026-02-01T08:00")
    with pytest.raises(PlanError, match="is past"):
        new_end(facts(**started), {"ends_at": "2026-03-01T12:59"})


ZONES = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]
)


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), ZONES)  # noqa: DTZ001
def test_every_instant_can_be_said_as_a_wall_time(when: datetime, zone: str) -> None:
    """And read back: at once, or with the fold that the refusal asks for."""
    wall = when.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)
    try:
        assert instant(wall.isoformat(), zone) == when
    except PlanError as error:
        if error.code != "time_ambiguous":
            raise
        assert when in {instant(wall.isoformat(), zone, fold) for fold in ("first", "second")}


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), ZONES)  # noqa: DTZ001
def test_every_wall_time_is_an_instant_or_said_to_be_none(wall: datetime, zone: str) -> None:
    try:
        found = instant(wall.isoformat(), zone, "first")
    except PlanError as error:
        if error.code != "time_does_not_exist":
            raise
        step = timedelta(minutes=30)
        around = {instant((wall + n * step).isoformat(), zone, "first") for n in (-4, 4)}
        assert len(around) == 2
    else:
        assert found.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall


@pytest.mark.parametrize("wall", [None, ""])
def test_a_date_that_is_still_to_be_chosen_is_asked_for(wall: str | None) -> None:
    with pytest.raises(PlanError, match="No time is given yet"):
        instant(wall, "UTC")
