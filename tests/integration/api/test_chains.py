"""Chains over the API: steps added, shown, changed, copied and deleted; and what cannot be."""

from typing import Any

import pytest

from penstock.account import transports
from penstock.delivery import clock
from penstock.feedback.events import record_of_recipient
from tests.integration.api.test_frame import problem
from tests.integration.api.test_mailings import MESSAGE, new, stranger_things
from tests.integration.delivery import stage
from tests.integration.delivery.test_chains import deliver, people, tick


@pytest.fixture
def first(api: Any, conn: Any) -> int:
    """A draft to three people."""
    transports.store(conn, 1, "smtp://127.0.0.1:1")
    made = api.post("/mailings", new(stage.add_contacts(conn, "readers", 3), plan={"kind": "now"}))
    return int(made.json()["id"])


def step(**more: Any) -> dict[str, Any]:
    return {"name": "Once more", "message": MESSAGE, **more}


def go(api: Any, mailing: int) -> str:
    api.post(f"/mailings/{mailing}/submit", {"confirm": True})
    return str(api.post(f"/mailings/{mailing}/approve", {"without_analysis": True}).json()["state"])


@pytest.mark.behaviour("S4.39")
def test_a_chain_is_made_and_goes_to_whom_it_should(api: Any, conn: Any, first: int) -> None:
    made = api.post(f"/mailings/{first}/steps", step(delay="1d", audience={"condition": "not_opened"}))
    assert made.status_code == 201, made.content
    second = made.json()
    assert second["audience"] == {"step": first, "condition": "not_opened"}
    assert second["plan"] == {"kind": "after", "delay": 86_400}
    assert second["chain"] == {"first": first, "position": 2, "follows": first}
    assert api.get(f"/mailings/{first}").json()["chain"] == {"first": first, "position": 1, "follows": None}

    assert go(api, second["id"]) == "scheduled"
    assert go(api, first) == "starting"
    tick(conn)
    deliver(conn, first)
    record_of_recipient(conn, first, 2, "opened")
    stage.travel(conn, hours=24)
    tick(conn)
    assert deliver(conn, second["id"]) == people(1, 3)
    shown = api.get(f"/mailings/{first}/chain").json()["items"]
    assert [(each["id"], each["condition"], each["delay"], each["recipients"]) for each in shown] == [
        (first, None, None, 3), (second["id"], "not_opened", 86_400, 2),
    ]  # fmt: skip


@pytest.mark.behaviour("S4.23")
def test_stopped_its_later_steps_are_drafts_whose_approval_is_kept(api: Any, conn: Any, first: int) -> None:
    second, third = (api.post(f"/mailings/{first}/steps", step(delay="1d")).json()["id"] for _ in range(2))
    assert [go(api, number) for number in (third, second, first)] == ["scheduled", "scheduled", "starting"]
    tick(conn)
    foreseen = api.post(f"/mailings/{first}/cancel", {"reason": "A wrong price.", "dry_run": True}).json()
    assert any("2 later steps of its chain become drafts" in each for each in foreseen["warnings"])
    clock.interrupt(conn, first, "technical", "The server's certificate has expired.")
    states = [api.get(f"/mailings/{number}").json() for number in (second, third)]
    assert [(each["state"], each["reason"]["code"]) for each in states] == [("draft", "chain_break")] * 2

    resumed = api.post(f"/mailings/{first}/resume", {"reason": "Renewed."}).json()
    assert any("later steps of its chain are drafts" in each for each in resumed["warnings"])
    assert api.post(f"/mailings/{second}/submit", {"confirm": True}).json()["state"] == "scheduled"
    api.patch(f"/mailings/{third}", {"message": {"subject": "Another one"}})
    assert api.post(f"/mailings/{third}/submit", {"confirm": True}).json()["state"] == "in_review"


def test_a_step_is_changed_and_copied_and_its_chain_too(api: Any, first: int) -> None:
    second = api.post(f"/mailings/{first}/steps", step(delay=3600)).json()["id"]
    third = api.post(
        f"/mailings/{first}/steps", step(follows=first, audience={"condition": "clicked"})
    ).json()
    assert third["chain"] == {"first": first, "position": 3, "follows": first}
    changed = api.patch(
        f"/mailings/{second}", {"audience": {"condition": "opened"}, "plan": {"kind": "after", "delay": "2d"}}
    )
    assert changed.json()["audience"] == {"step": first, "condition": "opened"}
    kept = api.patch(f"/mailings/{second}", {"audience": {"not_reached_by": [third["id"]]}}).json()
    assert kept["audience"] == {"step": first, "condition": "opened", "not_reached_by": [third["id"]]}

    copied = api.post(f"/mailings/{third['id']}/copy", {"chain": True}).json()["made"]
    items = api.get(f"/mailings/{copied}/chain").json()["items"]
    assert [(each["follows"], each["condition"], each["position"]) for each in items] == [
        (None, None, 1), (copied, "opened", 2), (copied, "clicked", 3),
    ]  # fmt: skip
    alone = api.post(f"/mailings/{second}/copy").json()["made"]
    assert api.get(f"/mailings/{alone}").json()["chain"] is None
    assert api.get(f"/mailings/{alone}/chain").json() == {"items": []}


@pytest.mark.behaviour("S4.32", "S4.34")
def test_whoever_deletes_a_step_with_later_ones_says_how_many_go(api: Any, first: int) -> None:
    second, third = (api.post(f"/mailings/{first}/steps", step()).json()["id"] for _ in range(2))
    assert problem(api.delete(f"/mailings/{second}"), 409)["code"] == "steps_required"
    assert problem(api.delete(f"/mailings/{second}?steps=3"), 409)["code"] == "steps_required"
    assert api.delete(f"/mailings/{second}?steps=2&dry_run=true").json()["dry_run"]
    assert api.delete(f"/mailings/{second}?steps=2").status_code == 200
    assert [api.get(f"/mailings/{number}").status_code for number in (first, second, third)] == [
        200,
        404,
        404,
    ]


def test_what_is_no_step_is_refused(api: Any, conn: Any, first: int) -> None:
    _, _, theirs = stranger_things(conn)
    assert api.post(f"/mailings/{theirs}/steps", step()).status_code == 404
    assert api.get(f"/mailings/{theirs}/chain").status_code == 404
    for more in ({"delay": "soon"}, {"delay": -1}, {"delay": "900d"}, {"follows": theirs}, {"audience": {"condition": "maybe"}},
                 {"audience": {"not_reached_by": [theirs]}}, {"audience": {"step": theirs}}, {"message": None}):  # fmt: skip
        assert problem(api.post(f"/mailings/{first}/steps", step(**more)), 422)["errors"], more
    (said,) = problem(api.post(f"/mailings/{first}/steps", step(delay=-1)), 422)["errors"]
    assert (said["pointer"], "greater than or equal to 0" in said["detail"]) == ("#/delay", True)
    assert api.get(f"/mailings/{first}/chain").json() == {"items": []}, "a refused step begins no chain"
    second = api.post(f"/mailings/{first}/steps", step()).json()["id"]
    assert (
        problem(api.post(f"/mailings/{second}/submit", {"plan": {"kind": "now"}, "confirm": True}), 409)[
            "code"
        ]
        == "is_a_step"
    )
    assert (
        problem(api.post(f"/mailings/{first}/submit", {"plan": {"kind": "after"}, "confirm": True}), 409)[
            "code"
        ]
        == "not_a_step"
    )


def test_a_step_asked_for_twice_under_one_key_is_made_once(api: Any, first: int) -> None:
    made = [api.post(f"/mailings/{first}/steps", step(), **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert made[0].json()["id"] == made[1].json()["id"]
    assert len(api.get(f"/mailings/{first}/chain").json()["items"]) == 2
