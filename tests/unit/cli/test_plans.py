"""When a mailing goes out: as it is typed, and as it is said back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from penstock.cli.endings import Failure
from penstock.cli.plans import about, clock, document_words, until
from penstock.cli.spoken import cure, hyphened, in_words
from penstock.cli.timing import AT_ONCE, Spread, Timing, moment_of

NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)  # the clocks in Paris go forward in the night that follows


@pytest.mark.parametrize(
    ("given", "zone", "moment"),
    [
        ("+90s", "UTC", "2026-03-28T12:01:30+00:00"),
        ("+2h", "Europe/Paris", "2026-03-28T14:00:00+00:00"),
        ("+1d", "UTC", "2026-03-29T12:00:00+00:00"),
        ("12:30", "UTC", "2026-03-28T12:30"),
        ("12:30", "Europe/Paris", "2026-03-29T12:30"),  # it is 13:00 there
        ("9:05", "Asia/Tokyo", "2026-03-29T09:05"),
        ("02:30", "Europe/Paris", "2026-03-29T02:30"),  # does not exist: the plan says so
        ("25:00", "UTC", "25:00"),
        ("12:30", "Mars/Olympus", "12:30"),
        ("2026-12-01T09:00", "UTC", "2026-12-01T09:00"),
        ("tomorrow", "UTC", "tomorrow"),
    ],
)
def test_a_time_as_it_is_typed(given: str, zone: str, moment: str) -> None:
    assert moment_of(given, zone, NOW) == moment


def test_a_whole_plan_is_the_one_said_else_the_old_one_else_now() -> None:
    said = Timing(at="2026-12-01T09:00", zone="Europe/Paris", fold="first", ends_at="2026-12-02T18:00")
    assert said.whole("UTC", {"kind": "later"}) == {
        "plan": {"kind": "at", "at": "2026-12-01T09:00", "zone": "Europe/Paris", "fold": "first"},
        "ends_at": "2026-12-02T18:00",
    }
    assert Timing(plan="sequence").whole("UTC", {"kind": "later"}) == {"plan": {"kind": "sequence"}}
    assert AT_ONCE.whole("UTC", {"kind": "later"}) == {"plan": {"kind": "later"}}
    assert AT_ONCE.whole("UTC", None) == {"plan": {"kind": "now"}}
    assert said.later
    assert not AT_ONCE.later
    assert not AT_ONCE.given


def test_batches_and_local_time_join_whatever_plan_there_is() -> None:
    spread = Spread(size=500, every="1h")
    parts = {"batches": {"size": 500}, "interval": "1h"}
    assert Timing(spread=spread).whole("UTC", None) == {"plan": {"kind": "now", **parts}}
    assert Timing(spread=spread).whole("UTC", {"kind": "sequence"}) == {"plan": {"kind": "sequence", **parts}}
    assert Timing(at="2026-12-01T09:00", spread=Spread(local=True)).parts("UTC") == {
        "at": "2026-12-01T09:00", "local": True
    }  # fmt: skip
    assert Timing(spread=spread).given
    plan = {
        "kind": "at",
        "at": "2026-12-01T09:00",
        "local": True,
        "batches": {"number": 10},
        "interval": 3600,
    }
    assert (
        document_words(plan) == "at 2026-12-01T09:00 at the recipients' own time, in 10 batches every 1 hour"
    )


@pytest.mark.parametrize("said", [{"size": 5}, {"every": "1h"}, {"size": 5, "number": 5, "every": "1h"}])
def test_batches_that_cannot_be_are_refused(said: dict[str, Any]) -> None:
    with pytest.raises(Failure):
        Spread(**said)


@pytest.mark.parametrize(
    "said",
    [{"plan": "soon"}, {"plan": "at"}, {"plan": "now", "at": "09:00"}, {"at": "09:00", "fold": "third"}],
)
def test_what_contradicts_itself_is_refused(said: dict[str, str]) -> None:
    with pytest.raises(Failure):
        Timing(**said)


def test_an_instant_is_said_by_the_clocks_of_its_zone() -> None:
    assert clock(NOW, "Europe/Paris") == "2026-03-28 13:00 Europe/Paris"
    assert clock(NOW + timedelta(days=1, seconds=5), "Europe/Paris") == "2026-03-29 14:00:05 Europe/Paris"
    assert until(NOW, NOW) == "now"
    assert until(NOW + timedelta(minutes=200), NOW) == "in 3 h 20 min"
    assert until(NOW + timedelta(days=8, hours=4, minutes=3), NOW) == "in 8 days 4 h"


def test_a_stored_plan_in_words() -> None:
    plan = {"kind": "at", "at": "2026-12-01T09:00", "zone": "Europe/Paris", "ends_at": "2026-12-02T18:00"}
    assert document_words(plan) == "at 2026-12-01T09:00 Europe/Paris, until 2026-12-02T18:00"
    assert document_words({"kind": "later"}) == "to be decided later"


def test_refusals_speak_of_options() -> None:
    assert (
        in_words('Sending has to be confirmed: give "confirm": true.')
        == "Sending has to be confirmed: give --yes."
    )
    assert in_words('give "confirm": 1234.') == "give --confirm 1234."
    assert in_words('Say which: "fold": "first" or "second".') == "Say which: --fold first or --fold second."
    assert in_words("Use fix_rest, or release_doubt.") == "Use fix-rest, or release-doubt."
    assert hyphened(["send_now", "pause"]) == ["send-now", "pause"]
    assert cure("time_required") == " Give --at TIME."
    assert cure("wrong_state") == ""


def test_an_estimate_says_that_it_is_one() -> None:
    assert about(None) == "–"
    assert about(NOW, NOW) == "now"
    assert about(NOW + timedelta(minutes=20), NOW) == "about in 20 min 00 s"
