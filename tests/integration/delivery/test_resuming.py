"""Batches, zones and audiences through a pause, on a clock that travels."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.delivery import clock, freeze, locating, resuming
from penstock.mailing import control
from tests.integration.delivery import stage

HOURLY = {"kind": "now", "batches": {"size": 3}, "interval": "1h"}


@pytest.fixture(autouse=True)
def _free(conn: psycopg.Connection[Any]) -> None:
    stage.policy(conn, approvals_required=0, drift_bound=10_000)


def _begin(conn: psycopg.Connection[Any], plan: dict[str, Any], listed: int) -> int:
    mailing = stage.draft(conn, listed)
    stage.command(conn, mailing, "submit", plan=plan, confirm=True)
    freeze.prepare(conn, mailing)
    assert stage.state(conn, mailing) == "sending"
    return mailing


def _pause(conn: psycopg.Connection[Any], mailing: int, hours: float, **resume: Any) -> None:
    stage.command(conn, mailing, "pause")
    stage.travel(conn, hours=hours)
    stage.command(conn, mailing, "resume", **resume)
    assert resuming.catch_up(conn, mailing)


def _hours(conn: psycopg.Connection[Any], mailing: int, column: str = "release_at") -> dict[int, float]:
    """When each batch goes, in hours from now."""
    rows = conn.execute(
        f"select slot, extract(epoch from min({column}) - now()) / 3600 from delivery_package"
        " where mailing = %s and slot is not null and state = 'waiting' group by slot order by slot",
        (mailing,),
    ).fetchall()
    return {slot: round(float(hours), 1) for slot, hours in rows}


def _reasons(conn: psycopg.Connection[Any], mailing: int) -> dict[str, int]:
    return dict(
        conn.execute(
            "select y.text, count(*) from delivery_outcome o join delivery_reply y on y.id = o.reply"
            " where o.mailing = %s and o.state = 4 group by 1",
            (mailing,),
        ).fetchall()
    )


# -- batches ---------------------------------------------------------------------


@pytest.mark.behaviour("S3.26")
def test_each_batch_goes_at_its_time_and_not_before(conn: psycopg.Connection[Any]) -> None:
    stage.policy(conn, package_size=2)
    mailing = _begin(conn, HOURLY, stage.add_contacts(conn, "readers", 8))
    sizes = []
    for _ in range(3):
        sizes.append(len(stage.hand_over(conn, mailing)))
        assert stage.hand_over(conn, mailing) == []
        stage.travel(conn, hours=1)
    assert sizes == [3, 3, 2]
    assert stage.sound(conn, mailing) == {"accepted": 8}


@pytest.mark.behaviour("S3.10", "S3.11")
def test_the_batch_that_was_interrupted_completes_and_the_next_ones_keep_their_times(
    conn: psycopg.Connection[Any],
) -> None:
    stage.policy(conn, package_size=2)
    mailing = _begin(conn, HOURLY, stage.add_contacts(conn, "readers", 12))
    assert len(stage.hand_over(conn, mailing, most=1)) == 1

    _pause(conn, mailing, hours=1.5)  # the second batch misses its time

    assert len(stage.hand_over(conn, mailing)) == 2, "what is left of the first one"
    assert _hours(conn, mailing) == {2: 2.5, 3: 0.5, 4: 1.5}
    assert stage.hand_over(conn, mailing) == []
    stage.travel(conn, hours=0.6)
    assert len(stage.hand_over(conn, mailing)) == 3


@pytest.mark.behaviour("S3.11")
def test_all_later_by_the_pause_where_the_account_wants_that(conn: psycopg.Connection[Any]) -> None:
    stage.policy(conn, throttle_after_pause="shift")
    mailing = _begin(conn, HOURLY, stage.add_contacts(conn, "readers", 12))
    stage.hand_over(conn, mailing)
    _pause(conn, mailing, hours=1.5)
    assert _hours(conn, mailing) == {2: 1.0, 3: 2.0, 4: 3.0}


@pytest.mark.behaviour("S3.12")
def test_past_the_end_date_the_begun_batch_completes_and_the_next_ones_expire(
    conn: psycopg.Connection[Any],
) -> None:
    stage.policy(conn, package_size=2)
    ends_at = (datetime.now().astimezone() + timedelta(hours=2.5)).isoformat()
    mailing = _begin(conn, {**HOURLY, "ends_at": ends_at}, stage.add_contacts(conn, "readers", 9))
    stage.hand_over(conn, mailing, most=1)

    stage.command(conn, mailing, "pause")
    stage.travel(conn, hours=3)
    clock.strike(conn)
    assert stage.state(conn, mailing) == "paused", "what has begun is waited for"
    stage.command(conn, mailing, "resume")
    assert resuming.catch_up(conn, mailing)
    clock.strike(conn)

    assert len(stage.hand_over(conn, mailing)) == 2
    assert stage.sound(conn, mailing) == {"accepted": 3, "expired": 6}


def test_batches_of_a_mailing_that_is_sent_on_begin_anew(conn: psycopg.Connection[Any]) -> None:
    mailing = _begin(conn, {"kind": "now"}, stage.add_contacts(conn, "readers", 10))
    stage.hand_over(conn, mailing, most=2)
    stage.command(conn, mailing, "cancel", reason="too fast")
    stage.command(conn, mailing, "send_rest", plan=HOURLY, confirm=True)
    freeze.prepare(conn, mailing)
    assert len(stage.hand_over(conn, mailing)) == 8, "a package that has begun is completed"

    other = _begin(conn, {"kind": "now"}, stage.add_contacts(conn, "others", 10))
    stage.command(conn, other, "cancel", reason="too fast")
    stage.command(conn, other, "send_rest", plan=HOURLY, confirm=True)
    freeze.prepare(conn, other)
    assert _hours(conn, other) == {1: -0.0, 2: 1.0, 3: 2.0, 4: 3.0}
    assert len(stage.hand_over(conn, other)) == 3
    assert stage.sound(conn, other) == {"accepted": 3, "waiting": 7}


# -- zones ------------------------------------------------------------------------


def _there(conn: psycopg.Connection[Any], zones: dict[str, int]) -> int:
    """A list with so many contacts for each zone."""
    first = 1
    for zone, count in zones.items():
        listed = stage.add_contacts(conn, "zoned", count, first)
        conn.execute(
            "update audience_contact set attributes = attributes || jsonb_build_object('timezone', %s::text)"
            " where (attributes ->> 'code')::integer between %s and %s",
            (zone, first, first + count - 1),
        )
        first += count
    return listed


def _local(conn: psycopg.Connection[Any], hours: float) -> dict[str, Any]:
    """A plan at the recipients' own time, that comes in so many hours where it is UTC."""
    row = conn.execute("select clock_timestamp() at time zone 'UTC'").fetchone()
    assert row
    at = row[0] + timedelta(hours=hours)
    return {"kind": "at", "at": at.replace(microsecond=0).isoformat(), "local": True, "zone": "UTC"}


ZONES = {"Pacific/Kiritimati": 2, "Etc/GMT+12": 3, "": 1, "somewhere": 1, "europe/LONDON": 1}


def _zoned(conn: psycopg.Connection[Any], hours: float) -> int:
    mailing = stage.draft(conn, _there(conn, ZONES))
    stage.command(conn, mailing, "submit", plan=_local(conn, hours), confirm=True)
    for number in locating.unlocated(conn):
        locating.locate(conn, number)
    return mailing


@pytest.mark.behaviour("S3.26")
def test_each_zone_gets_it_at_its_own_time_zones_26_hours_apart(conn: psycopg.Connection[Any]) -> None:
    mailing = _zoned(conn, hours=15)
    clock.strike(conn)
    assert stage.state(conn, mailing) == "scheduled"
    left = clock.seconds_left(conn)
    assert left is not None
    assert 3500 < left < 3601, "it starts with the first zone, an hour from now"

    stage.travel(conn, hours=1.01)
    clock.strike(conn)
    freeze.prepare(conn, mailing)
    zones = conn.execute(
        "select zone, size from delivery_package where mailing = %s order by release_at", (mailing,)
    ).fetchall()
    assert zones in (
        [("Pacific/Kiritimati", 2), ("UTC", 2), ("Europe/London", 1), ("Etc/GMT+12", 3)],
        [("Pacific/Kiritimati", 2), ("Europe/London", 1), ("UTC", 2), ("Etc/GMT+12", 3)],
    )
    assert len(stage.hand_over(conn, mailing)) == 2
    assert stage.state(conn, mailing) == "sending"
    stage.travel(conn, hours=14)
    assert len(stage.hand_over(conn, mailing)) == 3
    stage.travel(conn, hours=12.01)
    assert len(stage.hand_over(conn, mailing)) == 3
    assert stage.sound(conn, mailing) == {"accepted": 8}


@pytest.mark.behaviour("S3.9")
@pytest.mark.parametrize(("policy", "sent"), [("send_on_resume", 3), ("skip", 0)])
def test_a_zone_whose_hour_passed_in_the_pause_is_sent_on_resume_or_skipped(
    conn: psycopg.Connection[Any], policy: str, sent: int
) -> None:
    stage.policy(conn, missed_slot=policy)
    mailing = _zoned(conn, hours=15)
    stage.travel(conn, hours=1.01)
    clock.strike(conn)
    freeze.prepare(conn, mailing)
    stage.hand_over(conn, mailing)

    _pause(conn, mailing, hours=16)  # London and those of the account's zone miss their hour

    assert len(stage.hand_over(conn, mailing)) == sent
    stage.travel(conn, hours=11)
    assert len(stage.hand_over(conn, mailing)) == 3
    assert stage.sound(conn, mailing)["accepted"] == 5 + sent
    assert _reasons(conn, mailing) == ({} if sent else {"missed_slot": 3})


@pytest.mark.behaviour("S3.9")
def test_a_zone_whose_hour_is_past_at_launch_is_skipped_where_the_account_wants_that(
    conn: psycopg.Connection[Any],
) -> None:
    stage.policy(conn, missed_slot="skip")
    mailing = _zoned(conn, hours=2)  # in Kiritimati that was twelve hours ago
    clock.strike(conn)
    freeze.prepare(conn, mailing)
    assert stage.hand_over(conn, mailing) == []
    assert stage.sound(conn, mailing) == {"skipped": 2, "waiting": 6}
    assert _reasons(conn, mailing) == {"missed_slot": 2}


def test_nothing_begins_to_go_in_the_quiet_hours_of_a_recipient(conn: psycopg.Connection[Any]) -> None:
    row = conn.execute("select clock_timestamp() at time zone 'UTC'").fetchone()
    assert row
    begins, ends = (row[0] + timedelta(hours=hours) for hours in (-1, 2))
    stage.policy(conn, quiet_hours_email=f"{begins:%H:%M}-{ends:%H:%M}")
    mailing = _begin(conn, {"kind": "now"}, _there(conn, {"Asia/Tokyo": 2, "UTC": 3}))
    assert len(stage.hand_over(conn, mailing)) == 2
    stage.travel(conn, hours=2)
    assert len(stage.hand_over(conn, mailing)) == 3


# -- the audience -------------------------------------------------------------------


@pytest.mark.behaviour("S3.13", "S3.14", "S3.15")
def test_who_joined_in_the_pause_gets_it_and_who_left_or_was_suppressed_is_skipped_with_the_reason(
    conn: psycopg.Connection[Any],
) -> None:
    listed = stage.add_contacts(conn, "readers", 6)
    mailing = _begin(conn, {"kind": "now"}, listed)
    first = stage.hand_over(conn, mailing, most=2)

    stage.command(conn, mailing, "pause")
    stage.add_contacts(conn, "readers", 3, first=7)
    conn.execute(
        "delete from audience_membership where list_id = %s and contact_id in ("
        " select id from audience_contact where normal = any(%s))",
        (listed, [stage.address(1), stage.address(3), stage.address(4)]),
    )
    suppress(conn, 1, stage.address(5), "unsubscribed", "test")
    suppress(conn, 1, stage.address(9), "complaint", "test")
    stage.command(conn, mailing, "resume")
    assert stage.hand_over(conn, mailing) == [], "the ledger catches up first"
    assert resuming.catch_up(conn, mailing)

    got = stage.hand_over(conn, mailing)
    assert got == [stage.address(n) for n in (6, 7, 8)]
    assert not set(first) & set(got)
    assert stage.sound(conn, mailing) == {"accepted": 5, "skipped": 3}
    assert _reasons(conn, mailing) == {"left_audience": 2, "unsubscribed": 1}
    row = conn.execute(
        "select data -> 'joined', data -> 'left' from mailing_entry where mailing_id = %s and command = 'catch_up'",
        (mailing,),
    ).fetchone()
    assert row == (2, 2), "one of those who left had it already"


@pytest.mark.behaviour("S3.13")
def test_a_frozen_audience_stays_but_for_the_suppressed(conn: psycopg.Connection[Any]) -> None:
    stage.policy(conn, audience_on_resume="frozen")
    listed = stage.add_contacts(conn, "readers", 4)
    mailing = _begin(conn, {"kind": "now"}, listed)
    stage.command(conn, mailing, "pause")
    stage.add_contacts(conn, "readers", 3, first=5)
    conn.execute("delete from audience_membership where list_id = %s and contact_id %% 2 = 0", (listed,))
    suppress(conn, 1, stage.address(1), "hard_bounce", "test")
    stage.command(conn, mailing, "resume")
    assert resuming.catch_up(conn, mailing)
    assert stage.hand_over(conn, mailing) == [stage.address(n) for n in (2, 3, 4)]
    assert _reasons(conn, mailing) == {"hard_bounce": 1}


def test_who_joins_a_mailing_in_batches_goes_in_further_ones(conn: psycopg.Connection[Any]) -> None:
    listed = stage.add_contacts(conn, "readers", 6)
    mailing = _begin(conn, HOURLY, listed)
    stage.hand_over(conn, mailing)
    stage.command(conn, mailing, "pause")
    stage.add_contacts(conn, "readers", 4, first=7)
    stage.travel(conn, hours=0.5)
    stage.command(conn, mailing, "resume")
    assert resuming.catch_up(conn, mailing)
    assert _hours(conn, mailing) == {2: 0.5, 3: 1.5, 4: 2.5}


def test_what_had_only_retries_left_is_being_sent_again_when_somebody_joins(
    conn: psycopg.Connection[Any],
) -> None:
    mailing = _begin(conn, {"kind": "now"}, stage.add_contacts(conn, "readers", 2))
    stage.hand_over(conn, mailing)
    assert control.attempt(conn, mailing, "handed_off")
    stage.command(conn, mailing, "pause")
    stage.add_contacts(conn, "readers", 1, first=3)
    stage.command(conn, mailing, "resume")
    assert not control.attempt(conn, mailing, "settled"), "the ledger catches up first"
    assert resuming.catch_up(conn, mailing)
    assert stage.state(conn, mailing) == "sending"


def test_a_pause_while_the_ledger_catches_up_is_not_waited_for(conn: psycopg.Connection[Any]) -> None:
    mailing = _begin(conn, HOURLY, stage.add_contacts(conn, "readers", 6))
    stage.command(conn, mailing, "pause")
    stage.command(conn, mailing, "resume")
    stage.command(conn, mailing, "pause")
    assert not resuming.catch_up(conn, mailing)
    stage.command(conn, mailing, "resume")
    assert resuming.catch_up(conn, mailing)
    assert not resuming.catch_up(conn, mailing)
