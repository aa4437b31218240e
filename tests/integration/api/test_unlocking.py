"""Over the API: what the breaker stopped is unlocked by a token with that scope, and by no other; the policies of the breaker."""

from collections.abc import Callable
from typing import Any

import pytest

from penstock.account import accounts
from penstock.delivery import freeze, tripping
from penstock.mailing.control import SYSTEM
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage
from tests.integration.delivery.handing import hand_over


@pytest.fixture
def locked(conn: Any) -> int:
    """A mailing that its bounces stopped."""
    mailing = stage.begin(conn, 600, "smtp://127.0.0.1:1")
    freeze.prepare(conn, mailing)
    hand_over(conn, mailing, accepted=470, bounced=30)
    assert tripping.look(conn) == 1
    return mailing


@pytest.mark.behaviour("S4.21")
def test_only_who_may_unlock_does_and_then_it_is_resumed(
    api: Any, bearer: Callable[..., Any], locked: int
) -> None:
    operator = bearer("mailings:read", "mailings:operate")
    said = problem(operator.post(f"/mailings/{locked}/resume", {"reason": "mended"}), 409, "locked")
    assert said["state"] == "interrupted"
    assert "resume" not in said["allowed_actions"]
    assert "cancel" in said["allowed_actions"]
    problem(operator.post(f"/mailings/{locked}/unlock", {"reason": "mended"}), 403, "forbidden")

    unlocker = bearer("mailings:read", "mailings:unlock")
    problem(unlocker.post(f"/mailings/{locked}/unlock", {}), 409, "reason_required")
    answer = unlocker.post(f"/mailings/{locked}/unlock", {"reason": "The list was cleaned."})
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "interrupted"
    reason = unlocker.get(f"/mailings/{locked}").json()["reason"]
    assert reason["code"] == "bounces"
    assert reason["unlocked"]["text"] == "The list was cleaned."
    problem(unlocker.post(f"/mailings/{locked}/resume", {"reason": "mended"}), 403, "forbidden")

    assert operator.post(f"/mailings/{locked}/resume", {"reason": "mended"}).json()["state"] == "sending"
    commands = [entry["command"] for entry in api.get(f"/mailings/{locked}/journal").json()["items"]]
    assert {"interrupt", "unlock", "resume"} <= set(commands)


def test_nobody_unlocks_in_another_account(conn: Any, bearer: Callable[..., Any], locked: int) -> None:
    others = accounts.create(conn, name="others", zone="UTC", actor=SYSTEM)
    stranger = bearer("mailings:read", "mailings:unlock", account=others.id)
    assert stranger.post(f"/mailings/{locked}/unlock", {"reason": "mine"}).status_code == 404


def test_percentages_have_decimals_and_a_cap_has_its_form(api: Any) -> None:
    wanted = {"bounce_limit": 2.5, "complaint_limit": 0, "frequency_cap": "3 per 7 days", "stall_minutes": 30}
    answer = api.patch("/policies", wanted)
    assert answer.status_code == 200, answer.content
    there = {each["name"]: each["value"] for each in answer.json()["items"]}
    assert {name: there[name] for name in wanted} == wanted
    for wrong in (
        {"bounce_limit": 101}, {"bounce_limit": -0.1}, {"bounce_limit": "many"}, {"frequency_cap": "3 in 7 days"},
        {"frequency_cap": "0 per 7 days"}, {"frequency_cap": 3}, {"stall_minutes": 0}, {"canary_size": 1.5},
    ):  # fmt: skip
        assert api.patch("/policies", wrong).status_code == 422, wrong
