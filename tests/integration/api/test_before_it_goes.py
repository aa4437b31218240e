"""The guards of what was found beforehand, over the API: the analysis comes before the approval, the domain before the wire."""

from typing import Any

import psycopg
import pytest

from penstock.preflight import supervising
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]


@pytest.fixture
def draft(conn: Conn) -> int:
    return stage.draft(conn, stage.add_contacts(conn, "readers", 3))


def submit(api: Any, mailing: int) -> Any:
    answer = api.post(f"/mailings/{mailing}/submit", {"plan": {"kind": "later"}})
    assert answer.status_code == 200, answer.content
    return answer.json()


def analyse(conn: Conn, mailing: int) -> str:
    """What a worker does with the job that the submission left."""
    row = conn.execute("select max(id) from preflight_analysis where mailing_id = %s", (mailing,)).fetchone()
    assert row
    return supervising.conduct(conn, row[0])


@pytest.mark.behaviour("S1.4", "S4.1")
def test_nothing_starts_before_audience_and_message_are_set_up(api: Any, draft: int, conn: Conn) -> None:
    new = {
        "name": "n",
        "audience": {"list": 1},
        "message": {"sender": "a@example.org", "subject": "s", "text": "t"},
    }
    for part in ("audience", "message"):
        given = {name: value for name, value in new.items() if name != part}
        assert part in problem(api.post("/mailings", given), 422, "invalid")["detail"]
    problem(api.patch(f"/mailings/{draft}", {"audience": {"list": 99}}), 422, "invalid")
    everything = {"plan": {"kind": "now"}, "confirm": True}
    for command in ("approve", "send-now", "enqueue", "resume"):
        problem(api.post(f"/mailings/{draft}/{command}", {}), 409, "wrong_state")
    conn.execute("update mailing_mailing set audience = '{\"list\": 99}' where id = %s", (draft,))
    said = problem(api.post(f"/mailings/{draft}/submit", everything), 409, "incomplete")
    assert "no audience" in said["detail"]
    assert stage.state(conn, draft) == "draft"


@pytest.mark.behaviour("S1.12")
def test_approval_comes_after_the_analysis(api: Any, draft: int, conn: Conn) -> None:
    submit(api, draft)
    said = problem(api.post(f"/mailings/{draft}/approve"), 409, "analysis_running")
    assert '"without_analysis": true' in said["detail"]
    assert "approve" in said["allowed_actions"]
    for not_yes in (False, None):
        given = {"without_analysis": not_yes} if not_yes is not None else {}
        problem(api.post(f"/mailings/{draft}/approve", given), 409, "analysis_running")
    problem(api.post(f"/mailings/{draft}/approve", {"without_analysis": "true"}), 422, "invalid")
    assert analyse(conn, draft) == "done"
    assert api.post(f"/mailings/{draft}/approve").json()["warnings"] == []
    assert api.get(f"/mailings/{draft}/journal").json()["items"][-1]["data"]["analysed"] is True


def test_who_approves_without_it_is_written_down(api: Any, draft: int, conn: Conn) -> None:
    submit(api, draft)
    assert api.delete(f"/mailings/{draft}/analysis").status_code == 200
    assert "called off" in problem(api.post(f"/mailings/{draft}/approve"), 409, "analysis_missing")["detail"]
    told = api.post(f"/mailings/{draft}/approve", {"without_analysis": True}).json()
    assert (told["state"], told["warnings"]) == ("parked", ["It is approved without its analysis."])
    assert api.get(f"/mailings/{draft}/journal").json()["items"][-1]["data"]["analysed"] is False
    assert conn.execute("select analysed from mailing_approval").fetchone() == (False,)


@pytest.mark.behaviour("S1.12")
def test_blockers_of_the_analysis_are_named_until_they_are_mended(api: Any, draft: int, conn: Conn) -> None:
    api.patch(f"/mailings/{draft}", {"message": {"html": "<p>{{ 10 | divided_by: first_name }}</p>"}})
    submit(api, draft)
    analyse(conn, draft)
    assert "approve" not in api.get(f"/mailings/{draft}").json()["allowed_actions"]
    given = {"without_analysis": True}  # does not help: it is known now
    said = problem(api.post(f"/mailings/{draft}/approve", given), 409, "analysis_blocked")
    blockers = [
        f for f in api.get(f"/mailings/{draft}/analysis").json()["findings"] if f["severity"] == "blocker"
    ]
    assert blockers
    assert all(f"{each['place']}: {each['text']}" in said["detail"] for each in blockers)
    api.post(f"/mailings/{draft}/withdraw")
    assert "submit" not in api.get(f"/mailings/{draft}").json()["allowed_actions"]
    problem(api.post(f"/mailings/{draft}/submit", {"plan": {"kind": "later"}}), 409, "analysis_blocked")
    api.patch(f"/mailings/{draft}", {"message": {"html": "<p>{{ first_name }}</p>"}})
    submit(api, draft)
    problem(api.post(f"/mailings/{draft}/approve"), 409, "analysis_running")
    analyse(conn, draft)
    assert api.post(f"/mailings/{draft}/approve").json()["state"] == "parked"


def test_under_warn_an_unverified_domain_is_told_and_goes(api: Any, draft: int, conn: Conn) -> None:
    way = api.post("/transports", {"name": "relay", "url": "smtp://mail.example.net"}).json()["id"]
    api.patch(f"/mailings/{draft}", {"transport": way})
    said = problem(api.post(f"/mailings/{draft}/submit", {"plan": {"kind": "later"}}), 409, "sender_domain")
    assert "example.org is not verified" in said["detail"]
    assert api.patch("/policies", {"sender_domain": "warn"}).status_code == 200
    assert (
        "example.org is not verified as a sending domain of this account." in submit(api, draft)["warnings"]
    )
