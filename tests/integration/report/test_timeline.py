"""The timeline of a mailing: foreseen as it would be cut, and of a running one as it was cut."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.delivery import freeze
from penstock.mailing import mailings
from penstock.mailing.timeline import Release
from penstock.report import outlook, timeline
from penstock.report.progress import progress
from tests.integration.delivery import stage

ZONES = ["Asia/Tokyo", "Europe/Paris", "America/New_York", "nowhere"]


def audience(conn: psycopg.Connection[Any], count: int = 12) -> int:
    """So many readers, a quarter of them in each of ZONES; the account's zone is UTC."""
    listed = stage.add_contacts(conn, "readers", count)
    conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object('zone', (%s::text[])[1 + id %% 4])",
        (ZONES,),
    )
    return listed


def at(hours: float) -> str:
    """A whole hour to come, as a plan writes it."""
    moment = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M")


def foreseen(
    conn: psycopg.Connection[Any], listed: int, plan: dict[str, Any], **more: Any
) -> timeline.Timeline:
    return timeline.timeline(conn, 1, plan, zone="UTC", people=12, rule={"list": listed}, **more)


@pytest.mark.behaviour("B11")
def test_what_is_foreseen_is_what_is_cut(conn: psycopg.Connection[Any]) -> None:
    listed = audience(conn)
    plan = {"kind": "now", "batches": {"size": 5}, "interval": "1h"}
    told = foreseen(conn, listed, plan)
    assert [(each.slot, each.count) for each in told.releases] == [(1, 5), (2, 5), (3, 2)]
    mailing = stage.draft(conn, listed)
    stage.command(conn, mailing, "submit", plan=plan, confirm=True)
    stage.command(conn, mailing, "approve")
    assert freeze.freeze(conn, mailing)
    parts = timeline.running(conn, mailing)
    assert [(each.slot, each.count, each.begun, each.left) for each in parts] == [(1, 5, 0, 5), (2, 5, 0, 5), (3, 2, 0, 2)]  # fmt: skip
    apart = [
        (cut.at - told.first).total_seconds() - (seen.at - told.first).total_seconds()
        for cut, seen in zip(parts, told.releases, strict=True)
        if cut.at and told.first
    ]
    assert len(apart) == 3
    assert max(map(abs, apart)) < 60


@pytest.mark.behaviour("B11", "S3.26")
def test_each_zone_has_its_time(conn: psycopg.Connection[Any]) -> None:
    plan = {"kind": "at", "at": at(48), "zone": "UTC", "local": True}
    told = foreseen(conn, audience(conn), plan)
    assert [(each.zone, each.count) for each in told.releases] == [
        ("Asia/Tokyo", 3), ("Europe/Paris", 3), ("UTC", 3), ("America/New_York", 3),
    ]  # fmt: skip
    assert told.first == told.releases[0].at < told.releases[1].at
    assert not told.uncounted


def test_quiet_hours_are_told(conn: psycopg.Connection[Any]) -> None:
    listed = audience(conn)
    stage.policy(conn, quiet_hours_email="00:00-23:59")
    told = foreseen(conn, listed, {"kind": "at", "at": at(48), "zone": "UTC"})
    assert {each.planned for each in told.releases} == {datetime.fromisoformat(at(48)).replace(tzinfo=UTC)}
    assert all(each.at >= each.planned for each in told.releases)
    assert len({each.at for each in told.releases}) > 1


def test_who_is_left_at_the_end_date_is_counted(conn: psycopg.Connection[Any]) -> None:
    plan = {"kind": "at", "at": at(2), "batches": {"number": 4}, "interval": "1h", "ends_at": at(3.5)}
    told = foreseen(conn, audience(conn), plan)
    assert (told.too_late, told.late, told.batches) == (True, 6, 4)
    assert told.last == told.releases[-1].at, "without a measured speed the last batch's time stands for it"


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ({"kind": "now", "batches": {"size": 0}, "interval": "1h"}, "whole number"),
        ({"kind": "now", "batches": {"size": 1}}, "interval"),
        ({"kind": "at", "at": "2031-03-30T02:30", "zone": "Europe/Paris"}, "does not exist"),
    ],
)
def test_a_plan_that_cannot_be_says_why(
    conn: psycopg.Connection[Any], plan: dict[str, Any], said: str
) -> None:
    told = foreseen(conn, stage.add_contacts(conn, "readers", 1), plan)
    assert said in told.error
    assert (told.first, told.releases) == (None, ())


def test_how_long_it_takes() -> None:
    start = datetime(2031, 1, 1, tzinfo=UTC)
    hour = timedelta(hours=1)
    spread = [Release(start, start, 7200, 1), Release(start + hour, start + hour, 7200, 2)]
    assert timeline.expected_end(spread, 1.0) == start + 4 * hour
    assert timeline.left_at(spread, 1.0, start + 3 * hour) == 3600
    assert timeline.left_at(spread, None, start + hour) == 7200
    assert timeline.expected_end(spread, None) is None


def test_what_is_left_takes_until_the_last_batch_however_fast_the_first_one_went(
    conn: psycopg.Connection[Any],
) -> None:
    stage.policy(conn, approvals_required=0)
    mailing = stage.draft(conn, audience(conn))
    stage.command(
        conn, mailing, "submit", plan={"kind": "now", "batches": {"size": 5}, "interval": "1h"}, confirm=True
    )
    freeze.prepare(conn, mailing)
    assert progress(conn, mailing).eta == pytest.approx(7200, abs=60)
    stage.hand_over(conn, mailing)
    figures = progress(conn, mailing)
    assert figures.rate > 0
    assert figures.eta == pytest.approx(7200, abs=60)
    conn.execute(
        "update delivery_package set release_at = 'infinity' where state = 'waiting'"
    )  # held: nobody knows
    assert progress(conn, mailing).last_in == 0


def test_who_is_held_for_a_canary_goes_when_its_wait_is_over(conn: psycopg.Connection[Any]) -> None:
    stage.policy(conn, approvals_required=0)
    mailing = stage.draft(conn, audience(conn), canary_size=2, canary_wait=30)
    stage.command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    freeze.prepare(conn, mailing)
    seen = mailings.find(conn, 1, mailing)
    assert seen is not None
    for gone in (0, 20):
        when = outlook.of_mailing(conn, seen).when
        assert when.last is not None
        assert abs((when.last - datetime.now(UTC)).total_seconds() - (30 - gone) * 60) < 60
        stage.hand_over(conn, mailing)
        stage.travel(conn, minutes=20)


def test_of_one_that_has_ended_the_last_message_is_a_fact(conn: psycopg.Connection[Any]) -> None:
    stage.policy(conn, approvals_required=0)
    mailing = stage.draft(conn, audience(conn), rate=10)
    stage.command(conn, mailing, "submit", plan={"kind": "now"}, confirm=True)
    freeze.prepare(conn, mailing)
    stage.hand_over(conn, mailing)
    seen = mailings.find(conn, 1, mailing)
    assert seen is not None
    when = outlook.of_mailing(conn, seen).when
    assert when.last is not None
    assert abs((when.last - datetime.now(UTC)).total_seconds()) < 60
    assert when.rate is None
