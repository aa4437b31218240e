"""The commands of the lifecycle over the API: carried out, refused with every reason, repeated, tried dry."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from penstock.mailing import lifecycle
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage


@pytest.fixture
def draft(conn: Any) -> int:
    return stage.draft(conn, stage.add_contacts(conn, "readers", 3))


@pytest.fixture
def parked(conn: Any, draft: int) -> int:
    stage.command(conn, draft, "submit", plan={"kind": "later"})
    stage.command(conn, draft, "approve")
    return draft


def document(api: Any) -> Any:
    return api.get("/openapi.json").json()


def test_every_command_of_the_table_has_an_address(api: Any) -> None:
    """But for those that are methods of the mailing itself."""
    for_people = {row.command for row in lifecycle.TABLE if not row.is_event}
    wanted = {name.replace("_", "-") for name in for_people - {"edit", "delete"}}
    others = {"analysis", "test", "steps", "timeline"}  # asked for beside the lifecycle: they change no state
    prefix = "/api/v1/mailings/{mailing}/"
    offered = {
        path.removeprefix(prefix)
        for path, operations in document(api)["paths"].items()
        if path.startswith(prefix) and "post" in operations
    }
    assert offered == wanted | others


def test_a_command_that_is_none(api: Any, draft: int) -> None:
    for method in ("GET", "POST", "DELETE"):
        said = problem(api.ask(method, f"/mailings/{draft}/explode"), 404, "unknown_command")
        assert "send-now" in said["commands"]


@pytest.mark.behaviour("B15")
def test_a_mailing_from_draft_to_its_start(api: Any, draft: int) -> None:
    submitted = api.post(f"/mailings/{draft}/submit", {"plan": {"kind": "now"}, "confirm": True})
    assert submitted.status_code == 200, submitted.content
    told = submitted.json()
    assert (told["mailing"], told["command"], told["state"]) == (draft, "submit", "in_review")
    assert "approve" in told["allowed_actions"]
    digest = api.get(f"/mailings/{draft}").json()["digest"]
    approved = api.post(
        f"/mailings/{draft}/approve", {"digest": digest, "without_analysis": True}, If_Match=submitted["ETag"]
    ).json()
    assert approved["state"] == "starting"
    assert approved["version"] == told["version"] + 1
    lines = api.get(f"/mailings/{draft}/journal").json()["items"]
    assert [line["command"] for line in lines] == ["create", "submit", "approve"]
    assert lines[-1]["data"]["reviewed"] is True
    assert {line["door"] for line in lines[1:]} == {"api"}


@pytest.mark.behaviour("B15", "S1.30")
def test_a_refusal_says_why_and_what_is_allowed_instead(api: Any, draft: int) -> None:
    said = problem(api.post(f"/mailings/{draft}/pause"), 409, "wrong_state")
    assert said["command"] == "pause"
    assert said["state"] == "draft"
    assert "submit" in said["allowed_actions"]
    assert said["reasons"] == [{"code": "wrong_state", "detail": said["detail"]}]
    assert api.get(f"/mailings/{draft}").json()["version"] == 1


def test_every_reason_is_given_at_once(api: Any, bearer: Callable[..., Any], draft: int) -> None:
    said = problem(
        bearer("approver").post(f"/mailings/{draft}/submit", {"plan": {"kind": "now"}}), 403, "forbidden"
    )
    assert [reason["code"] for reason in said["reasons"]] == ["forbidden", "confirmation_required"]


def test_a_token_without_a_role_learns_nothing(bearer: Callable[..., Any], closing: None, draft: int) -> None:
    for scope in ("contacts:write", "mailings:read"):
        said = problem(bearer(scope).post(f"/mailings/{draft}/pause"), 403, "forbidden")
        assert "state" not in said
        assert "state" not in problem(bearer(scope).delete(f"/mailings/{draft}"), 403, "forbidden")


@pytest.mark.behaviour("S5.19")
def test_sending_is_confirmed(api: Any, parked: int) -> None:
    for given in ({}, {"confirm": False}, {"confirm": None}):
        problem(api.post(f"/mailings/{parked}/send-now", given), 409, "confirmation_required")
    assert api.post(f"/mailings/{parked}/send-now", {"confirm": True}).json()["state"] == "starting"


def test_the_number_of_recipients_confirms_where_it_is_asked_for(api: Any, conn: Any, parked: int) -> None:
    stage.policy(conn, confirm_send="type_count")
    problem(api.post(f"/mailings/{parked}/send-now", {"confirm": True}), 409, "confirmation_required")
    problem(api.post(f"/mailings/{parked}/send-now", {"confirm": 4}), 409, "confirmation_required")
    assert api.post(f"/mailings/{parked}/send-now", {"confirm": 3}).status_code == 200


@pytest.mark.behaviour("B15")
def test_a_version_that_no_longer_holds_is_412(api: Any, parked: int) -> None:
    said = problem(api.post(f"/mailings/{parked}/pause", If_Match='"1"'), 412, "version_changed")
    assert said["state"] == "parked"
    assert "pause" in said["allowed_actions"]
    assert api.post(f"/mailings/{parked}/pause", If_Match='"3"').status_code == 200


@pytest.mark.behaviour("B15")
def test_a_dry_run_answers_and_does_nothing(api: Any, conn: Any, parked: int) -> None:
    told = api.post(f"/mailings/{parked}/send-now", {"confirm": True, "dry_run": True}).json()
    assert (told["dry_run"], told["state"]) == (True, "starting")
    assert stage.state(conn, parked) == "parked"
    problem(api.post(f"/mailings/{parked}/resume", {"dry_run": True}), 409, "wrong_state")
    assert len(api.get(f"/mailings/{parked}/journal").json()["items"]) == 3


@pytest.mark.behaviour("B15")
def test_a_command_that_comes_again_is_answered_again(api: Any, parked: int) -> None:
    first = api.post(f"/mailings/{parked}/pause", {}, Idempotency_Key="once").json()
    again = api.post(f"/mailings/{parked}/pause", {}, Idempotency_Key="once").json()
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert {**again, "repeated": False} == first
    assert len(api.get(f"/mailings/{parked}/journal").json()["items"]) == 4
    problem(api.post(f"/mailings/{parked}/resume", {}, Idempotency_Key="once"), 422, "key_reused")
    problem(api.post(f"/mailings/{parked}/pause", {"reason": "x"}, Idempotency_Key="once"), 422, "key_reused")


def test_clients_at_once_with_one_key_do_one_thing(api: Any, parked: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: api.post(f"/mailings/{parked}/copy", {}, Idempotency_Key="one"), range(8))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["made"] for answer in answers}) == 1
    assert len(api.get("/mailings").json()["items"]) == 2


def test_clients_at_once_with_contradicting_commands(api: Any, conn: Any, parked: int) -> None:
    """One outcome each: 200 or a refusal; the version counts those carried out, the journal has them all."""
    commands = ["pause", "resume", "enqueue", "park", "pause", "resume", "cancel"] * 4
    bodies = {"cancel": {"reason": "enough"}, "enqueue": {"confirm": True}}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda name: api.post(f"/mailings/{parked}/{name}", bodies.get(name, {})), commands)
        )
    assert {answer.status_code for answer in answers} <= {200, 409}
    done = [answer for answer in answers if answer.status_code == 200]
    versions = sorted(answer.json()["version"] for answer in done)
    assert versions == list(range(4, 4 + len(done)))
    assert api.get(f"/mailings/{parked}").json()["version"] == 3 + len(done)
    lines = api.get(f"/mailings/{parked}/journal").json()["items"]
    assert len(lines) == 3 + len(done)
    assert stage.state(conn, parked) == "cancelled"


def test_paused_already_is_no_200(api: Any, parked: int) -> None:
    assert api.post(f"/mailings/{parked}/pause").status_code == 200
    problem(api.post(f"/mailings/{parked}/pause"), 409, "already_paused")


@pytest.mark.behaviour("S1.12")
def test_blockers_are_named_and_keep_it_from_being_submitted(api: Any, draft: int) -> None:
    api.patch(f"/mailings/{draft}", {"message": {"html": "{% if %}", "subject": ""}})
    shown = api.get(f"/mailings/{draft}").json()
    assert shown["blockers"]
    said = problem(api.post(f"/mailings/{draft}/submit", {"plan": {"kind": "later"}}), 409, "blocked")
    assert shown["blockers"][0] in said["detail"]


@pytest.mark.behaviour("S1.13")
def test_a_rejection_has_a_reason(api: Any, draft: int) -> None:
    api.post(f"/mailings/{draft}/submit", {"plan": {"kind": "later"}})
    problem(api.post(f"/mailings/{draft}/reject", {}), 409, "reason_required")
    problem(api.post(f"/mailings/{draft}/reject", {"reason": "  "}), 409, "reason_required")
    assert api.post(f"/mailings/{draft}/reject", {"reason": "Wrong price"}).json()["state"] == "rejected"
    assert api.get(f"/mailings/{draft}").json()["reason"]["text"] == "Wrong price"


@pytest.mark.parametrize(
    ("command", "body", "pointer"),
    [
        ("submit", {"plan": {"kind": "never"}}, "#/plan/kind"),
        ("submit", {"plan": "now"}, "#/plan"),
        ("submit", {"confirm": "yes"}, "#/confirm"),
        ("move", {"position": "1"}, "#/position"),
        ("move", {"position": 0}, "#/position"),
        ("move", {}, "#/position"),
        ("move", {"position": 2**40}, "#/position"),
        ("release-doubt", {"which": "some"}, "#/which"),
        ("release-doubt", {"which": []}, "#/which"),
        ("pause", {"surprise": 1}, "#/surprise"),
        ("pause", {"dry_run": 1}, "#/dry_run"),
        ("cancel", {"prepared": "burn"}, "#/prepared"),
        ("cancel", {"reason": "x" * 2001}, "#/reason"),
        ("reject", {"ground": "taste"}, "#/ground"),
    ],
)
def test_arguments_of_the_wrong_kind(
    api: Any, draft: int, command: str, body: dict[str, Any], pointer: str
) -> None:
    said = problem(api.post(f"/mailings/{draft}/{command}", body), 422, "invalid")
    assert any(error["pointer"].startswith(pointer) for error in said["errors"]), said


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"kind": "at", "at": "2040-03-25T02:30", "zone": "Europe/Paris"}, "time_does_not_exist"),
        ({"kind": "at", "at": "2040-10-28T02:30", "zone": "Europe/Paris"}, "time_ambiguous"),
        ({"kind": "at", "at": "2001-01-01T00:00Z"}, "past_start"),
        ({"kind": "at", "at": "2040-01-01T00:00", "zone": "../../etc/passwd"}, "unknown_zone"),
        ({"kind": "at", "at": "2040-01-01T00:00", "zone": "Europe"}, "unknown_zone"),
        ({"kind": "at", "at": "9999-12-31T23:59", "zone": "Pacific/Honolulu"}, "time_invalid"),
        ({"kind": "at", "at": "0001-01-01T00:00+14:00"}, "time_invalid"),
        ({"kind": "at", "at": "tomorrow"}, "time_invalid"),
        ({"kind": "at"}, "time_invalid"),
        ({"kind": "now", "ends_at": "2001-01-01T00:00Z"}, "end_before_start"),
        ({"kind": "later", "at": "2040-01-01T00:00Z"}, "unknown_plan"),
    ],
)
def test_plans_that_cannot_be(api: Any, draft: int, plan: dict[str, Any], code: str) -> None:
    said = problem(api.post(f"/mailings/{draft}/submit", {"plan": plan, "confirm": True}), 409)
    assert code in [reason["code"] for reason in said["reasons"]]


def test_times_at_the_edge_of_the_calendar(api: Any, draft: int) -> None:
    """What can be stored can be shown."""
    for at in ("9999-12-31T23:59Z", "9999-12-31T09:00+00:00"):
        plan = {"kind": "at", "at": at}
        assert api.post(f"/mailings/{draft}/submit", {"plan": plan, "confirm": True}).status_code == 200
        assert api.get(f"/mailings/{draft}").json()["due_at"].startswith("9999-12-31")
        assert api.get("/board").status_code == 200
        assert api.post(f"/mailings/{draft}/withdraw").status_code == 200


@pytest.mark.behaviour("S2.16")
def test_the_sequence_is_reordered_as_it_was_looked_at(api: Any, conn: Any) -> None:
    readers = stage.add_contacts(conn, "readers", 3)
    waiting = [stage.draft(conn, readers) for _ in range(3)]
    for mailing in waiting:
        api.post(f"/mailings/{mailing}/submit", {"plan": {"kind": "sequence"}, "confirm": True})
        api.post(f"/mailings/{mailing}/approve", {"without_analysis": True})
    queue = api.get("/queue").json()
    assert [place["id"] for place in queue["items"]] == waiting
    assert [place["position"] for place in queue["items"]] == [1, 2, 3]
    assert all("expected_start" in place for place in queue["items"])
    moved = {"position": 1, "queue_version": queue["version"]}
    assert api.post(f"/mailings/{waiting[2]}/move", moved).status_code == 200
    problem(api.post(f"/mailings/{waiting[1]}/move", moved), 409, "queue_changed")
    order = [waiting[2], waiting[0], waiting[1]]
    assert [place["id"] for place in api.get("/queue").json()["items"]] == order
    board = {area["area"]: area["items"] for area in api.get("/board").json()["areas"]}
    assert [each["id"] for each in board["Scheduled"]] == order
