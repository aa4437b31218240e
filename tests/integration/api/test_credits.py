"""Credits over the API: topped up by the platform, seen by everybody of the account."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from penstock.account.credits import reading
from penstock.delivery import clock, freeze
from penstock.notices import outbox
from penstock.report import warning
from tests.integration.api.conftest import Api
from tests.integration.api.test_frame import problem
from tests.integration.api.test_resources import items, made
from tests.integration.delivery import stage

Bearer = Callable[..., Any]


@pytest.fixture
def platform(bearer: Bearer, closing: None) -> Api:
    """A token of the platform's, which belongs to no account."""
    return bearer("platform", account=None)  # type: ignore[no-any-return]


@pytest.mark.behaviour("S4.20")
def test_too_few_credits_a_top_up_and_on_it_goes(api: Api, platform: Api, conn: Any) -> None:
    changed = platform.patch("/policies?account=1", {"credits": "counted"})
    assert changed.status_code == 200, changed.content
    listed = stage.add_contacts(conn, "all", 12)
    mailing = stage.launch(conn, stage.draft(conn, listed))
    freeze.prepare(conn, mailing)
    shown = api.get(f"/mailings/{mailing}").json()
    assert (shown["state"], shown["reason"]["code"]) == ("interrupted", "credits")
    assert "needs 12 credits, and 0 are left" in shown["reason"]["text"]
    refused = api.post(f"/mailings/{mailing}/resume", {"reason": "Again."})
    assert [each["code"] for each in problem(refused, 409, "credits")["reasons"]] == ["credits"]

    topped = made(platform.post("/credits/top-ups?account=1", {"amount": 20, "reference": "invoice 7"}))
    assert (topped["remaining"], topped["can_go_on"], topped["kind"]) == (20, [mailing], "top_up")
    assert api.post(f"/mailings/{mailing}/resume", {"reason": "Topped up."}).status_code == 200
    freeze.prepare(conn, mailing)
    balance = items(api.get("/credits"))[0]
    assert balance == {
        "channel": "email", "counted": True, "available": 8, "reserved": 12, "in_use": 0, "spent": 0, "topped_up": 20,
    }  # fmt: skip
    (held,) = items(api.get("/credits/mailings"))
    assert (held["mailing"], held["reserved"], held["used"]) == (mailing, 12, 0)
    assert [each["kind"] for each in items(api.get("/credits/entries"))] == ["reserved", "top_up"]
    assert reading.check(conn, 1) == []


@pytest.mark.behaviour("S5.17", "S5.18")
def test_a_scheduled_mailing_waits_on_its_date_for_credits(api: Api, platform: Api, conn: Any) -> None:
    """Warned when it is planned, and again before its date; on its date it waits; after a top-up it goes."""
    platform.patch("/policies?account=1", {"credits": "counted"})
    made(platform.post("/credits/top-ups?account=1", {"amount": 5}))
    mailing = stage.draft(conn, stage.add_contacts(conn, "all", 9))
    at = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="seconds")
    submitted = api.post(
        f"/mailings/{mailing}/submit", {"plan": {"kind": "at", "at": at}, "confirm": True}
    ).json()
    assert [text for text in submitted["warnings"] if "it needs up to 9 credits, and 5 are left" in text]
    assert api.post(f"/mailings/{mailing}/approve", {"without_analysis": True}).status_code == 200
    for hours, notices in ((0, 1), (49, 2)):
        stage.travel(conn, hours=hours)
        warning.watch(conn)
        while outbox.turn(conn):
            pass
        told = [
            each for each in api.get("/notices").json()["items"] if each["kind"] == "mailing.credits_short"
        ]
        assert len(told) == notices
    stage.travel(conn, hours=24)
    clock.strike(conn)
    shown = api.get(f"/mailings/{mailing}").json()
    assert (shown["state"], shown["reason"]["code"], shown["progress"]["recipients"]) == (
        "interrupted",
        "credits",
        0,
    )
    problem(api.post(f"/mailings/{mailing}/resume", {"reason": "Now."}), 409, "credits")
    assert made(platform.post("/credits/top-ups?account=1", {"amount": 4}))["can_go_on"] == [mailing]
    assert api.post(f"/mailings/{mailing}/resume", {"reason": "Topped up."}).status_code == 200
    clock.strike(conn)
    freeze.prepare(conn, mailing)
    assert api.get(f"/mailings/{mailing}").json()["state"] == "sending"
    assert [each["available"] for each in items(api.get("/credits"))] == [0, 0]


def test_the_forecast_names_the_date_that_runs_short(api: Api, platform: Api, conn: Any) -> None:
    platform.patch("/policies?account=1", {"credits": "counted"})
    listed = stage.add_contacts(conn, "all", 9)
    at = (datetime.now(UTC) + timedelta(days=9)).replace(microsecond=0)
    mailing = stage.draft(conn, listed)
    told = api.post(
        f"/mailings/{mailing}/submit",
        {"plan": {"kind": "at", "at": at.isoformat()}, "confirm": True, "dry_run": True},
    ).json()
    assert [text for text in told["warnings"] if text.startswith("Credits run short")]
    stage.command(conn, mailing, "submit", plan={"kind": "at", "at": at.isoformat()}, confirm=True)
    conn.execute("update mailing_mailing set approved_size = 9")
    timeline = api.get(f"/mailings/{mailing}/timeline").json()
    assert timeline["credits"] == {"needed": 9, "available": 0, "before": 0, "lacking": 9}
    there = items(api.get("/credits/forecast"))[0]
    assert (there["lacking"], there["short"]["mailing"], there["short"]["left"]) == (9, mailing, -9)
    assert datetime.fromisoformat(there["short"]["at"]) == at


def test_a_top_up_is_carried_out_once(platform: Api, conn: Any) -> None:
    given = {"amount": 5, "note": "Paid."}
    first = platform.post("/credits/top-ups?account=1", given, Idempotency_Key="k1")
    again = platform.post("/credits/top-ups?account=1", given, Idempotency_Key="k1")
    assert made(first) == made(again)
    assert again["Idempotent-Replayed"] == "true"
    assert first["Location"] == f"/api/v1/credits/entries/{first.json()['id']}"
    assert reading.balances(conn, 1)[0].available == 5


@pytest.mark.parametrize(
    "given",
    [
        {"amount": 0},
        {"amount": 2**40},
        {"amount": -1, "note": "x"},
        {"amount": 1.5},
        {"amount": 1, "channel": "fax"},
        {},
    ],
)
def test_what_cannot_be_added_is_refused(platform: Api, conn: Any, given: dict[str, Any]) -> None:
    answer = platform.post("/credits/top-ups?account=1", given)
    assert answer.status_code == 422, answer.content
    assert reading.balances(conn, 1)[0].topped_up == 0


def test_only_the_platform_adds_credits_or_decides_that_they_count(bearer: Bearer, closing: None) -> None:
    administrator = bearer("administrator")
    problem(administrator.post("/credits/top-ups", {"amount": 5}), 403, "forbidden")
    problem(administrator.patch("/policies", {"credits": "counted"}), 403, "forbidden")
    assert administrator.get("/credits").status_code == 200
