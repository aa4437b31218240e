"""Short messages over the API: an SMS campaign through its gates, and chains that mix channels."""

from typing import Any

import psycopg
import pytest

from penstock.account import policies
from tests.browser.desk import TERMINAL
from tests.integration.api.conftest import Api
from tests.integration.api.test_frame import problem
from tests.integration.api.test_mailings import MESSAGE
from tests.integration.delivery import stage
from tests.integration.delivery.test_chains import deliver, tick

Conn = psycopg.Connection[Any]
SMS = {"channel": "sms", "sender": "Orchard", "text": "Hi {{ first_name }}, tonight"}


@pytest.fixture
def readers(conn: Conn, api: Api) -> int:
    """A list of five, of whom the last has no number; a way out for each channel."""
    listed = stage.add_contacts(conn, "readers", 5)
    conn.execute(
        "update audience_contact set phone = '+3361234567' || id, region = 'FR', attributes = '{\"first_name\": \"Ann\"}' where id < 5"
    )
    for name, url in (("relay", "smtp://127.0.0.1:1"), ("centre", "smpp://me:secret@smsc.example.net")):
        assert api.post("/transports", {"name": name, "url": url}).status_code == 201
    return listed


def made(api: Api, listed: int, message: dict[str, Any] = SMS, **more: Any) -> dict[str, Any]:
    answer = api.post(
        "/mailings", {"name": "Tonight", "message": message, "audience": {"list": listed}, **more}
    )
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def told(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(answer.json())


@pytest.mark.behaviour(
    "S5.1", "S5.2", "S5.3", "S5.4", "S5.5", "S5.7", "S5.8", "S5.12", "S5.13", "S5.15", "S5.19"
)
def test_a_campaign_through_its_gates(api: Api, bearer: Any, conn: Conn, readers: int) -> None:
    policies.change(
        conn, 1, {"require_test": "on", "moderation": "manual", "approvals_required": 0}, actor=TERMINAL
    )
    platform = bearer("platform", account=None)
    mailing = made(api, readers, plan={"kind": "at", "at": "2035-12-01T09:00", "zone": "Asia/Tokyo"})
    assert (mailing["channel"], mailing["message"]["text"]) == ("sms", SMS["text"])
    path = f"/mailings/{mailing['id']}"
    untested = problem(api.post(f"{path}/submit", {"confirm": True}), 409, "test_required")
    assert "test" in untested["detail"]
    assert (
        told(api.post(f"{path}/test", {"to": ["+33612345671"]}), 202)["items"][0]["address"] == "+33612345671"
    )
    conn.execute("update preflight_test set state = 'accepted', ended_at = now()")
    problem(api.post(f"{path}/submit", {}), 409, "confirmation_required")
    assert told(api.post(f"{path}/submit", {"confirm": True}))["state"] == "in_moderation"
    assert api.post(f"{path}/submit", {"confirm": True}).status_code == 409
    assert told(api.post(f"{path}/withdraw"))["state"] == "draft"
    told(api.patch(path, {"message": {"text": "Tonight at 8, says the Orchard"}}))
    told(api.post(f"{path}/test", {"to": ["+33612345671"]}), 202)
    conn.execute("update preflight_test set state = 'accepted', ended_at = now()")
    told(api.post(f"{path}/submit", {"confirm": True}))
    refused = told(platform.post(f"{path}/reject", {"reason": "Whose shop?", "ground": "conduct"}))
    assert refused["state"] == "rejected"
    told(api.post(f"{path}/revise"))
    told(api.post(f"{path}/submit", {"confirm": True}))
    assert told(platform.post(f"{path}/validate"))["state"] == "scheduled"
    shown = told(api.get(path))
    assert (shown["plan"]["zone"], shown["plan"]["at"][:16], shown["due_at"]) == (
        "Asia/Tokyo",
        "2035-12-01T09:00",
        "2035-12-01T00:00:00Z",
    )


@pytest.mark.behaviour("S4.39")
def test_steps_by_e_mail_and_by_sms_follow_each_other(api: Api, conn: Conn, readers: int) -> None:
    first = made(api, readers, MESSAGE, plan={"kind": "now"})["id"]
    by_sms = told(
        api.post(f"/mailings/{first}/steps", {"name": "By SMS", "message": SMS, "delay": "1d"}), 201
    )
    assert (
        by_sms["channel"],
        by_sms["transport"]["name"] if isinstance(by_sms["transport"], dict) else "centre",
    ) == ("sms", "centre")
    back = {"name": "And back", "message": MESSAGE, "delay": "1d"}
    seen = problem(
        api.post(f"/mailings/{first}/steps", {**back, "audience": {"condition": "opened"}}), 422, "invalid"
    )
    assert "nobody sees that of a short message" in seen["detail"]
    last = told(api.post(f"/mailings/{first}/steps", back), 201)
    for number in (last["id"], by_sms["id"], first):
        told(api.post(f"/mailings/{number}/submit", {"confirm": True}))
        told(api.post(f"/mailings/{number}/approve", {"without_analysis": True}))
    tick(conn)
    assert len(deliver(conn, first)) == 5
    stage.travel(conn, hours=24)
    tick(conn)
    assert sorted(deliver(conn, by_sms["id"])) == [f"+3361234567{n}" for n in range(1, 5)]
    [skipped] = told(api.get(f"/mailings/{by_sms['id']}/ledger?state=skipped"))["items"]
    assert skipped["reason"] == "no_number"
    stage.travel(conn, hours=24)
    tick(conn)
    assert len(deliver(conn, last["id"])) == 4, "those whom the SMS reached, by e-mail"


def test_a_mailing_takes_a_way_out_of_its_channel(api: Api, readers: int) -> None:
    ways = {each["name"]: each["id"] for each in told(api.get("/transports"))["items"]}
    assert {each["channel"] for each in told(api.get("/transports"))["items"]} == {"email", "sms"}
    given = {"name": "x", "message": SMS, "audience": {"list": readers}, "transport": ways["relay"]}
    wrong = problem(api.post("/mailings", given), 422, "invalid")
    assert "carries e-mail, and this mailing goes by SMS" in wrong["detail"]
    mailing = made(api, readers)
    wrong = problem(api.patch(f"/mailings/{mailing['id']}", {"transport": ways["relay"]}), 422, "invalid")
    assert wrong["errors"][0]["pointer"] == "#/transport"
