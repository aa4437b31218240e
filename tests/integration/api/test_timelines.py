"""Plans in batches and at local time over the API: foreseen, refused, carried out, and told as they stand."""

from typing import Any

import pytest

from penstock.account import transports
from penstock.delivery import clock, freeze, locating, resuming
from tests.integration.api.test_frame import problem
from tests.integration.api.test_mailings import new, stranger_things
from tests.integration.delivery import stage

HOURLY = {"kind": "now", "batches": {"size": 3}, "interval": "1h"}


@pytest.fixture
def draft(api: Any, conn: Any) -> int:
    """A draft to eight people, three of them in Tokyo."""
    transports.store(conn, 1, "smtp://127.0.0.1:1")
    stage.policy(conn, approvals_required=0)
    made = api.post("/mailings", new(stage.add_contacts(conn, "readers", 8), plan={"kind": "now"}))
    conn.execute(
        'update audience_contact set attributes = attributes || \'{"timezone": "asia/tokyo"}\' where id in'
        " (select id from audience_contact order by id limit 3)"
    )
    return int(made.json()["id"])


def _submit(api: Any, mailing: int, plan: dict[str, Any]) -> None:
    answer = api.post(f"/mailings/{mailing}/submit", {"plan": plan, "confirm": True})
    assert answer.status_code == 200, answer.content


@pytest.mark.behaviour("B11")
def test_a_plan_that_is_thought_of_is_foreseen_batch_by_batch_and_zone_by_zone(api: Any, draft: int) -> None:
    local = {"kind": "at", "at": "2030-12-01T09:00", "zone": "Europe/Paris", "local": True}
    told = api.post(f"/mailings/{draft}/timeline", {"plan": local}).json()
    assert not told["running"]
    assert [(each["zone"], each["recipients"], each["at"]) for each in told["releases"]] == [
        ("Asia/Tokyo", 3, "2030-12-01T00:00:00Z"), ("Europe/Paris", 5, "2030-12-01T08:00:00Z")
    ]  # fmt: skip
    assert told["first"] == "2030-12-01T00:00:00Z"

    both = {**local, "batches": {"size": 2}, "interval": "30m", "ends_at": "2030-12-01T09:10"}
    told = api.post(f"/mailings/{draft}/timeline", {"plan": both}).json()
    assert [(each["slot"], each["zone"], each["recipients"], each["at"][11:16]) for each in told["releases"]] == [
        (1, "Asia/Tokyo", 2, "00:00"), (2, "Asia/Tokyo", 1, "00:30"), (3, "Europe/Paris", 2, "08:00"),
        (4, "Europe/Paris", 2, "08:30"), (5, "Europe/Paris", 1, "09:00"),
    ]  # fmt: skip
    assert told["too_late"]
    assert told["late"] == 3


@pytest.mark.behaviour("B11")
def test_times_that_cannot_be_and_batches_that_cannot_be_are_refused(api: Any, draft: int) -> None:
    skipped = {"kind": "at", "at": "2030-03-31T02:30", "zone": "Europe/Paris"}
    told = api.post(f"/mailings/{draft}/timeline", {"plan": skipped}).json()
    assert "does not exist" in told["error"]
    twice = {"kind": "at", "at": "2030-10-27T02:30", "zone": "Europe/Paris"}
    assert "occurs twice" in api.post(f"/mailings/{draft}/timeline", {"plan": twice}).json()["error"]
    for plan, code in (
        (skipped, "time_does_not_exist"), (twice, "time_ambiguous"), ({"kind": "now", "interval": "1h"}, "batches_invalid"),
        ({"kind": "now", "batches": {"size": 5, "number": 2}, "interval": "1h"}, "batches_invalid"),
    ):  # fmt: skip
        refused = api.post(f"/mailings/{draft}/submit", {"plan": plan, "confirm": True})
        assert problem(refused, 409)["reasons"][0]["code"] == code
    assert (
        api.post(f"/mailings/{draft}/timeline", {"plan": {**HOURLY, "batches": {"size": 0}}}).status_code
        == 422
    )


@pytest.mark.behaviour("B11", "S3.26")
def test_a_running_mailing_tells_what_has_gone_and_what_goes_when(api: Any, conn: Any, draft: int) -> None:
    _submit(api, draft, HOURLY)
    freeze.prepare(conn, draft)
    stage.hand_over(conn, draft)
    told = api.get(f"/mailings/{draft}/timeline").json()
    assert told["running"]
    assert [(each["slot"], each["recipients"], each["begun"]) for each in told["releases"]] == [
        (1, 3, 3), (2, 3, 0), (3, 2, 0)
    ]  # fmt: skip
    packages = api.get(f"/mailings/{draft}/packages").json()["items"]
    assert [each["slot"] for each in packages] == [1, 2, 3]
    assert packages[1]["release_at"] == packages[1]["planned_at"] == told["releases"][1]["at"]
    assert api.get(f"/mailings/{draft}").json()["state"] == "sending", "it waits for its next batch"


@pytest.mark.behaviour("S3.9", "S3.26", "S5.15")
def test_the_recipients_own_time_from_the_plan_to_the_last_zone(api: Any, conn: Any, draft: int) -> None:
    row = conn.execute("select (clock_timestamp() + interval '10 hours') at time zone 'UTC'").fetchone()
    at = row[0].replace(microsecond=0).isoformat()
    _submit(api, draft, {"kind": "at", "at": at, "zone": "UTC", "local": True})
    for number in locating.unlocated(conn):
        locating.locate(conn, number)
    shown = api.get(f"/mailings/{draft}").json()
    assert shown["state"] == "scheduled"
    assert shown["first_at"] < shown["due_at"], "Tokyo is nine hours ahead"
    stage.travel(conn, hours=1.01)
    clock.strike(conn)
    freeze.prepare(conn, draft)
    assert len(stage.hand_over(conn, draft)) == 3
    stage.travel(conn, hours=9)
    assert len(stage.hand_over(conn, draft)) == 5
    assert stage.sound(conn, draft) == {"accepted": 8}


@pytest.mark.behaviour("S3.10", "S3.11", "S3.13", "S3.15", "B9")
def test_a_throttled_mailing_through_a_pause(api: Any, conn: Any, draft: int) -> None:
    stage.policy(conn, package_size=2)
    _submit(api, draft, HOURLY)
    freeze.prepare(conn, draft)
    stage.hand_over(conn, draft, most=1)
    assert api.post(f"/mailings/{draft}/pause").status_code == 200
    stage.add_contacts(conn, "readers", 1, first=9)
    conn.execute(
        "delete from audience_membership where contact_id = (select max(id) - 1 from audience_contact)"
    )
    stage.travel(conn, hours=1.5)
    foreseen = api.get(f"/mailings/{draft}/forecast?command=resume").json()["resume"]
    assert foreseen["joined"] == 1
    api.post(f"/mailings/{draft}/resume")
    assert resuming.catch_up(conn, draft)

    assert len(stage.hand_over(conn, draft)) == 2, "what is left of the first batch"
    told = api.get(f"/mailings/{draft}/timeline").json()["releases"]
    assert [(each["slot"], each["recipients"]) for each in told] == [(1, 3), (3, 2), (2, 3), (4, 1)]
    journal = api.get(f"/mailings/{draft}/journal").json()["items"]
    assert journal[-1]["command"] == "catch_up"
    assert journal[-1]["data"]["joined"] == journal[-1]["data"]["left"] == 1
    for _ in range(5):
        stage.travel(conn, hours=1)
        stage.hand_over(conn, draft)
    assert stage.sound(conn, draft) == {"accepted": 8, "skipped": 1}


def test_a_new_time_keeps_the_batches_and_can_change_them(api: Any, conn: Any, draft: int) -> None:
    _submit(api, draft, {**HOURLY, "kind": "later"})
    api.post(f"/mailings/{draft}/schedule", {"at": "2030-12-01T09:00", "confirm": True})
    plan = api.get(f"/mailings/{draft}").json()["plan"]
    assert (plan["batches"], plan["interval"]) == ({"size": 3}, "1h")
    answer = api.post(
        f"/mailings/{draft}/schedule",
        {"at": "2030-12-01T10:00", "local": True, "batches": {"number": 2}, "interval": 600, "confirm": True},
    )
    assert answer.status_code == 200, answer.content
    plan = api.get(f"/mailings/{draft}").json()["plan"]
    assert (plan["batches"], plan["interval"], plan["local"]) == ({"number": 2}, 600, True)


def test_the_timeline_of_another_account_s_mailing_is_not_there(api: Any, conn: Any, draft: int) -> None:
    *_, theirs = stranger_things(conn)
    problem(api.get(f"/mailings/{theirs}/timeline"), 404)
    problem(api.post(f"/mailings/{theirs}/timeline", {"plan": HOURLY}), 404)
