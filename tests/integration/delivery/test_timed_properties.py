"""Whatever plan, zones and pauses: everybody stands in one package, nothing goes before its time, no two batches at once."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from penstock.delivery import clock, freeze, locating, resuming
from tests.examples import examples
from tests.integration.delivery import stage

ZONES = ["Etc/GMT+12", "Pacific/Kiritimati", "Asia/Kolkata", "nowhere", ""]
INTERVAL = 3600
SPREAD = st.one_of(
    st.none(),
    st.builds(lambda n: {"size": n}, st.integers(1, 5)),
    st.builds(lambda n: {"number": n}, st.integers(1, 5)),
)
PAUSES = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 16), st.integers(0, 2)), max_size=3)


@pytest.fixture
def shared(module_database: str) -> Any:
    with psycopg.connect(module_database, autocommit=True) as conn:
        yield conn


@pytest.mark.behaviour("S3.11", "S3.14", "S3.26")
@settings(
    max_examples=examples(8),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    SPREAD, st.booleans(), st.lists(st.sampled_from(ZONES), min_size=1, max_size=9), PAUSES,
    st.sampled_from(["keep_grid", "shift"]), st.sampled_from(["off", "22:00-06:00"]), st.integers(1, 4),
)  # fmt: skip
def test_timed(
    shared: psycopg.Connection[Any], batches: dict[str, int] | None, local: bool, zones: list[str],
    pauses: list[tuple[int, int, int]], after: str, quiet: str, size: int,
) -> None:  # fmt: skip
    conn = shared
    stage.policy(
        conn,
        approvals_required=0,
        drift_bound=10_000,
        package_size=size,
        throttle_after_pause=after,
        quiet_hours_email=quiet,
    )
    mailing = _begun(conn, batches, local, zones)
    people, got = len(zones), []
    for runs, stands, more in pauses:  # in quarters of an hour
        stage.travel(conn, minutes=15 * runs)
        got += _go(conn, mailing)
        if stage.state(conn, mailing) != "sending":
            break
        stage.command(conn, mailing, "pause")
        _join(conn, mailing, people, more)
        people += more
        stage.travel(conn, minutes=15 * stands)
        stage.command(conn, mailing, "resume")
        assert resuming.catch_up(conn, mailing)
        _apart(conn, mailing)
    for _ in range(2 * people + 4):
        stage.travel(conn, hours=13)
        got += _go(conn, mailing)
        if len(got) == people:
            break
    assert len(got) == len(set(got)) == people
    assert stage.sound(conn, mailing) == {"accepted": people}
    conn.execute("delete from audience_membership")
    stage.command(conn, mailing, "cancel", reason="over")


def _begun(
    conn: psycopg.Connection[Any], batches: dict[str, int] | None, local: bool, zones: list[str]
) -> int:
    conn.execute("delete from audience_contact")
    listed = stage.add_contacts(conn, "readers", len(zones))
    for number, zone in enumerate(zones, 1):
        conn.execute(
            "update audience_contact set attributes = attributes || jsonb_build_object('zone', %s::text) where normal = %s",
            (zone, stage.address(number)),
        )
    spread: dict[str, Any] = {"batches": batches, "interval": INTERVAL} if batches else {}
    now = conn.execute("select clock_timestamp() at time zone 'UTC'").fetchone()
    assert now
    at = (now[0] + timedelta(hours=20)).replace(microsecond=0).isoformat()
    plan = {"kind": "at", "at": at, "zone": "UTC", "local": True} if local else {"kind": "now"}
    mailing = stage.draft(conn, listed)
    stage.command(conn, mailing, "submit", plan=plan | spread, confirm=True)
    if local:
        locating.locate(conn, mailing)
        stage.travel(conn, hours=20)
        clock.strike(conn)
    freeze.prepare(conn, mailing)
    assert stage.state(conn, mailing) == "sending"
    _apart(conn, mailing)
    return mailing


def _join(conn: psycopg.Connection[Any], mailing: int, people: int, more: int) -> None:
    stage.add_contacts(conn, "readers", more, people + 1)


def _go(conn: psycopg.Connection[Any], mailing: int) -> list[str]:
    """Whoever goes now goes after the time of the package, and not in quiet hours that the package knows of."""
    got = stage.hand_over(conn, mailing)
    early = conn.execute(
        "select count(*) from delivery_package where mailing = %s and begun_at < greatest(release_at, planned_at)",
        (mailing,),
    ).fetchone()
    assert early == (0,)
    return got


def _apart(conn: psycopg.Connection[Any], mailing: int) -> None:
    """No two batches are planned at once; each is within its own time."""
    rows = conn.execute(
        "select min(planned_at) from delivery_package where mailing = %s and slot is not null group by slot order by 1",
        (mailing,),
    ).fetchall()
    times: list[datetime] = [at for (at,) in rows]
    assert all(later - earlier >= timedelta(seconds=INTERVAL - 1) for earlier, later in pairwise(times))
