"""Sending hours that except public holidays: what they mean, and that no release falls on one."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from holidays import country_holidays
from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.account import policy
from penstock.mailing import holidays, opening, timeline
from penstock.mailing.holidays import Holiday
from penstock.mailing.timeline import TooManyBatches, country_in, place, zone_in
from tests.examples import examples

PARIS, BERLIN = "Europe/Paris", "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(("spoken", "country", "zone", "asked", "opens"), [
    ("FR mon-sat 08:00-20:00 except holidays", "FR", PARIS, "2031-07-14T10:00", "2031-07-15T06:00"),
    ("FR mon-sat 08:00-20:00 except holidays", "FR", PARIS, "2031-07-12T19:00", "2031-07-15T06:00"),  # Saturday evening
    ("FR mon-sat 08:00-20:00 except holidays", "FR", PARIS, "2031-07-13T22:30", "2031-07-15T06:00"),  # the 14th has begun there
    ("FR mon-sat 08:00-20:00", "FR", PARIS, "2031-07-14T10:00", "2031-07-14T10:00"),
    ("FR mon 08:00-20:00 except holidays", "FR", PARIS, "2031-04-14T10:00", "2031-04-21T06:00"),  # Easter Monday
    ("FR mon-sat 08:00-20:00 except holidays; FR 10:00-12:00", "FR", PARIS, "2031-07-14T07:00", "2031-07-14T08:00"),
    ("* 08:00-20:00 except holidays", "FR", PARIS, "2031-07-14T10:00", "2031-07-15T06:00"),
    ("* 08:00-20:00 except holidays", "DE", BERLIN, "2031-07-14T10:00", "2031-07-14T10:00"),
    ("* 08:00-20:00 except holidays", "001", "UTC", "2031-12-25T10:00", "2031-12-25T10:00"),  # of no country
    ("DE 08:00-20:00 except holidays", "DE", BERLIN, "2031-01-06T10:00", "2031-01-06T10:00"),
    ("DE 08:00-20:00 except holidays in BY,SN", "DE", BERLIN, "2031-01-06T10:00", "2031-01-07T07:00"),  # Epiphany
    ("DE 08:00-20:00 except holidays in SN", "DE", BERLIN, "2031-01-06T10:00", "2031-01-06T10:00"),
    ("DE 08:00-20:00 except holidays anywhere", "DE", BERLIN, "2031-01-06T10:00", "2031-01-07T07:00"),
    ("US 00:00-24:00 except holidays", "US", "America/New_York", "2031-07-04T03:59", "2031-07-04T03:59"),  # still the third there
    ("US 00:00-24:00 except holidays", "US", "America/New_York", "2031-07-04T04:00", "2031-07-05T04:00"),
    ("CN mon-fri 00:00-24:00 except holidays", "CN", "Asia/Shanghai", "2026-09-30T16:00", "2026-10-07T16:00"),
])  # fmt: skip
@pytest.mark.behaviour("S3.26")
def test_on_a_holiday_nothing_opens(spoken: str, country: str, zone: str, asked: str, opens: str) -> None:
    hours = opening.read(spoken)
    assert hours is not None
    assert hours.over(country, at(asked), ZoneInfo(zone)) == at(opens)


COUNTRIES = {"FR": PARIS, "DE": BERLIN, "US": "America/Los_Angeles", "JP": "Asia/Tokyo", "AZ": "Asia/Baku", "NZ": "Pacific/Auckland"}  # fmt: skip
SPOKEN = "FR mon-sat 08:00-20:00 except holidays; JP mon 09:00-12:00 except holidays; NZ 00:00-24:00 except holidays; * 20:00-21:00 except holidays"


@given(
    st.integers(0, 5 * 366 * 86_400), st.dictionaries(st.sampled_from(sorted(COUNTRIES)), st.integers(1, 40), min_size=1),
    st.sampled_from([None, {"size": 7}, {"number": 3}]), st.sampled_from(["2h", "1d", "1w"]), st.booleans(), st.sampled_from(["off", "20:00-09:00"]),
)  # fmt: skip
@settings(max_examples=examples(60), deadline=None)
def test_no_release_falls_on_a_holiday(
    seconds: int,
    people: dict[str, int],
    batches: dict[str, int] | None,
    interval: str,
    local: bool,
    quiet: str,
) -> None:
    """By the library's own word on the day of each release, in the zone of its recipients; and everybody goes."""
    start = at("2026-01-01T00:00") + timedelta(seconds=seconds)
    plan = {"batches": batches, "interval": interval if batches else None}
    if local:
        plan["at"] = start.replace(tzinfo=None).isoformat()  # type: ignore[assignment]
        plan["local"] = True  # type: ignore[assignment]
    others = SPOKEN if quiet == "off" else SPOKEN.replace("* 20:00-21:00", "* 18:00-21:00")
    pace = timeline.pace_of(plan, zone="UTC", quiet_hours=quiet, sending_hours=others)
    counts = {place(COUNTRIES[country], country): count for country, count in people.items()}
    try:
        spread = timeline.releases(pace, counts, start)
    except TooManyBatches:
        pytest.fail("a few batches are never too many")
    assert sum(each.count for each in spread) == sum(people.values())
    for each in spread:
        there = each.at.astimezone(ZoneInfo(zone_in(each.zone))).date()
        assert there not in country_holidays(country_in(each.zone))
        assert pace.awake(each.zone, each.at) == each.at


@pytest.mark.parametrize(("given", "told"), [
    ("FR 08:00-20:00 except", "as FR mon-sat"),
    ("FR 08:00-20:00 except holidays in", "as FR mon-sat"),
    ("FR 08:00-20:00 except holidays in BY;", "as FR mon-sat"),
    ("AC 08:00-20:00 except holidays", "without holidays for AC: none are known"),
    ("XX 08:00-20:00 except holidays", "without holidays for XX: none are known"),
    ("DE 08:00-20:00 except holidays in BY,XY", "without XY for DE, of whose parts these have holidays: BB, BE, BW"),
    ("MC 08:00-20:00 except holidays in BY", "without BY for MC, of whose parts these have holidays: no parts"),
    ("* 08:00-20:00 except holidays in BY", "for * without BY, a part of one country"),
])  # fmt: skip
def test_what_nobody_knows_is_refused(given: str, told: str) -> None:
    wrong = policy.check("sending_hours_sms", given)
    assert wrong is not None
    assert told in wrong
    assert policy.check("sending_hours_sms", "AC 08:00-20:00; * 08:00-20:00 except holidays anywhere") is None


def test_what_was_decided_stays_in_force_where_the_library_forgets() -> None:
    decided = "FR 08:00-20:00 except holidays in QQ; XX 08:00-20:00 except holidays"
    assert policy.tolerant({"sending_hours_sms": decided}).sending_hours_sms == decided
    hours = opening.read(decided)
    assert hours is not None
    assert hours.over("FR", at("2031-07-14T10:00"), ZoneInfo(PARIS)) == at("2031-07-15T06:00")
    assert hours.over("XX", at("2031-07-14T10:00"), ZoneInfo("UTC")) == at("2031-07-14T10:00")


def test_the_holidays_that_somebody_waits_for() -> None:
    hours = opening.read("FR mon-sat 08:00-20:00 except holidays; DE 08:00-20:00 except holidays in BY")
    assert hours is not None

    def days(country: str, begin: str, end: str) -> list[date]:
        return [each.on for each in hours.passed(country, at(begin), at(end), ZoneInfo(PARIS))]  # type: ignore[union-attr]

    assert days("FR", "2031-07-12T19:00", "2031-07-15T06:00") == [date(2031, 7, 14)]
    assert days("FR", "2031-07-14T18:30", "2031-07-15T06:00") == [], "it was shut by then on any day"
    assert days("FR", "2030-07-13T18:30", "2030-07-15T06:00") == [], "the 14th was a Sunday"
    assert days("DE", "2031-01-05T10:00", "2031-01-06T10:00") == [date(2031, 1, 6)]
    assert days("IT", "2031-01-01T00:00", "2032-01-01T00:00") == []
    assert len(days("FR", "2031-01-02T00:00", "2099-01-01T00:00")) == 11, (
        "of a year, none of which is a Sunday"
    )


def test_batches_that_are_shifted_into_a_holiday_go_one_by_one_after_it() -> None:
    pace = timeline.pace_of(
        {"batches": {"size": 5}, "interval": "1h"}, zone=PARIS, sending_hours="FR mon-sat 08:00-20:00 except holidays"
    )  # fmt: skip
    zones = (place(PARIS, "FR"),)
    slots = [timeline.Slot(n, at(f"2031-07-12T{15 + n}:00"), zones) for n in (1, 2)]
    new = timeline.after_pause(pace, slots, at("2031-07-12T15:30"), at("2031-07-12T18:30"), shift=True)
    assert new == {1: at("2031-07-15T06:00"), 2: at("2031-07-15T07:00")}
    new = timeline.after_pause(pace, slots, at("2031-07-12T15:30"), at("2031-07-12T17:30"), shift=False)
    assert new == {1: at("2031-07-15T06:00"), 2: at("2031-07-15T07:00")}


def test_a_holiday_has_a_name_whatever_the_environment_speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "uk")
    bastille = Holiday(date(2031, 7, 14), "FR")
    assert (bastille.name(), bastille.name("fr"), bastille.name("it")) == ("National Day", "Fête nationale", "Fête nationale")  # fmt: skip
    assert Holiday(date(2031, 1, 6), "DE", ("BY",)).name() == "Epiphany"
    assert (holidays.country_name("FR"), holidays.country_name("BA"), holidays.country_name("XX")) == (
        "France", "Bosnia and Herzegovina", "XX"
    )  # fmt: skip


def test_who_speaks_of_no_holidays_pays_nothing_and_reading_a_policy_neither() -> None:
    code = (
        "import sys; from penstock.account import policy; from penstock.mailing import timeline\n"
        "policy.tolerant({'sending_hours_sms': 'FR 08:00-20:00 except holidays'})\n"
        "policy.check('sending_hours_sms', 'FR 08:00-20:00')\n"
        "from datetime import *\n"
        "timeline.pace_of({}, zone='UTC', sending_hours='FR 08:00-20:00').awake('Europe/Paris FR', datetime.now(UTC))\n"
        "assert 'holidays' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
