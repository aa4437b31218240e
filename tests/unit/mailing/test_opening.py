"""Sending hours of countries: what is written, and when a country may be sent to."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.account import policy
from penstock.audience.whereabouts import lengths, zone_of
from penstock.mailing import opening, quiet, timeline
from penstock.mailing.timeline import place
from tests.examples import examples

PARIS, NEW_YORK = ZoneInfo("Europe/Paris"), ZoneInfo("America/New_York")
SPOKEN = (
    "FR mon-sat 08:00-20:00; DE 09:00-20:00; US mon-fri 09:00-21:00; US sat,sun 10:00-18:00; * 08:00-21:00"
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("country", "zone", "asked", "opens"), [
    ("FR", PARIS, "2030-06-01T10:00", "2030-06-01T10:00"),  # a Saturday at noon
    ("FR", PARIS, "2030-06-01T18:00", "2030-06-03T06:00"),  # shut at 20:00; not on Sunday
    ("FR", PARIS, "2030-06-02T10:00", "2030-06-03T06:00"),
    ("US", NEW_YORK, "2030-06-01T23:00", "2030-06-02T14:00"),
    ("US", NEW_YORK, "2030-06-03T12:59", "2030-06-03T13:00"),
    ("JP", ZoneInfo("Asia/Tokyo"), "2030-06-01T12:00", "2030-06-01T23:00"),  # every other country
    ("FR", PARIS, "2030-03-31T00:30", "2030-04-01T06:00"),  # the night in which the clocks go forward
])  # fmt: skip
def test_a_country_opens_by_the_clock_of_its_zone(
    country: str, zone: ZoneInfo, asked: str, opens: str
) -> None:
    hours = opening.read(SPOKEN)
    assert hours is not None
    assert hours.over(country, at(asked), zone) == at(opens)


def test_what_is_written_is_understood_or_refused() -> None:
    assert opening.read("off") is None
    for good in ("off", SPOKEN, "FR sat-mon,wed 00:00-24:00", "*  08:00-21:00".replace("  ", " ")):
        assert policy.check("sending_hours_sms", good) is None
    for bad in (
        "FR",
        "fr 08:00-20:00",
        "FR 20:00-08:00",
        "FR 08:00-08:00",
        "FR mon 8-20",
        "FR 08:00-25:00",
        "FR someday 08:00-20:00",
        5,
        "",
    ):
        assert policy.check("sending_hours_sms", bad) is not None
    hours = opening.read("FR 08:00-20:00")
    assert hours is not None
    assert hours.over("DE", at("2030-06-01T02:00"), PARIS) == at("2030-06-01T02:00"), "nothing is said of it"


@given(
    st.floats(0, 2 * 366 * 86_400), st.sampled_from(["FR", "DE", "US", "JP"]),
    st.sampled_from([PARIS, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Pacific/Apia")]),
)  # fmt: skip
@settings(max_examples=examples(60))
def test_what_opens_is_open_and_nothing_before_is(seconds: float, country: str, zone: ZoneInfo) -> None:
    hours = opening.read(SPOKEN)
    assert hours is not None
    asked = at("2029-01-01T00:00") + timedelta(seconds=int(seconds))
    opens = hours.over(country, asked, zone)
    assert asked <= opens <= asked + timedelta(days=8)
    assert hours.over(country, opens, zone) == opens
    if opens > asked:
        assert hours.over(country, opens - timedelta(seconds=1), zone) == opens


@given(st.from_regex(re.compile(opening.WRITTEN), fullmatch=True))
@settings(max_examples=examples(40))
def test_whatever_has_the_form_is_read(written: str) -> None:
    opening.is_meant(written)


def test_quiet_hours_and_sending_hours_hold_together() -> None:
    pace = timeline.pace_of({}, zone="UTC", quiet_hours="19:00-10:00", sending_hours="FR mon-sat 08:00-20:00")
    assert pace.by_zone
    there = place("Europe/Paris", "FR")
    assert pace.awake(there, at("2030-06-01T17:30")) == at("2030-06-03T08:00"), (
        "Saturday evening: Monday at ten"
    )
    assert pace.awake(there, at("2030-06-03T08:00")) == at("2030-06-03T08:00")
    spread = timeline.releases(pace, {there: 3, place("Europe/Berlin", "DE"): 2}, at("2030-06-02T08:30"))
    assert [(each.zone, each.at) for each in spread] == [
        ("Europe/Berlin DE", at("2030-06-02T08:30")), ("Europe/Paris FR", at("2030-06-03T08:00"))
    ]  # fmt: skip


def test_hours_that_leave_no_time_are_found() -> None:
    hours, quiet_hours = (
        opening.read("FR 08:00-10:00; DE 09:00-20:00; * 19:30-24:00"),
        quiet.read("19:00-10:00"),
    )
    assert hours is not None
    assert quiet_hours is not None
    assert opening.never_open(hours, quiet_hours) == ["*", "FR"]


def test_a_number_tells_its_zone() -> None:
    assert zone_of("+33612345678") == zone_of("+33") == "Europe/Paris"
    assert (zone_of("+12025550123"), zone_of("+14155550123")) == ("America/New_York", "America/Los_Angeles")
    assert zone_of("+79161234567") == "Europe/Moscow"
    assert (zone_of("+1"), zone_of("+999"), zone_of("")) == (None, None, None)
    for number, region in (("+33612345678", "FR"), ("+12082001234", "US"), ("+491711234567", "DE")):
        assert zone_of(number[: lengths()[region]]) == zone_of(number)
    assert lengths()["FR"] < 12
