"""Transports, tokens, people, policies, switches, webhooks and notices over the API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_frame import problem
from tests.integration.delivery import stage

Bearer = Callable[..., Any]


def made(answer: Any, status: int = 201) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    return dict(answer.json())


def items(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    assert answer.json()["next_cursor"] is None
    return list(answer.json()["items"])


def commands(conn: Any) -> list[str]:
    """The journal of account 1, without mailings."""
    rows = conn.execute(
        "select command from mailing_entry where mailing_id is null and account_id = 1 order by id"
    )
    return [command for (command,) in rows]


# -- transports ----------------------------------------------------------------


def test_the_password_of_a_transport_goes_in_and_never_comes_out(api: Api, conn: Any) -> None:
    url = "smtp://me:geheim@mail.example.org:587?tls=starttls"
    one = made(api.post("/transports", {"name": "relay", "url": url}))
    assert (one["url"], one["has_password"]) == ("smtp://me@mail.example.org:587?tls=starttls", True)
    path = f"/transports/{one['id']}"
    changed = made(api.patch(path, {"name": "our relay"}), 200)
    assert items(api.get("/transports")) == [changed]
    for answer in (api.get(path), api.get("/transports")):
        assert b"geheim" not in answer.content
    problem(api.patch(path, {"url": "smtp://me@elsewhere.example.org"}), 422, "transport_invalid")
    problem(api.post("/transports", {"name": "our relay", "url": url}), 422, "transport_invalid")
    problem(api.post("/transports", {"name": "x", "url": "http://x"}), 422, "transport_invalid")
    assert "geheim" not in str(conn.execute("select * from mailing_entry").fetchall())


def test_a_transport_has_several_servers(api: Api, conn: Any) -> None:
    given = [
        {"url": "smtp://me:hush@mail.example.org", "weight": 3, "rate": 2.5, "connection_limit": 7},
        {"url": "anymail+postmark://:hush-token@?message_stream=broadcast"},
    ]
    made_ = made(api.post("/transports", {"name": "two", "servers": given}))
    first, second = made_["servers"]
    assert (first["weight"], first["rate"], first["connection_limit"], first["place"]) == (3, 2.5, 7, 1)
    assert (second["url"], second["has_password"]) == ("anymail+postmark://@?message_stream=broadcast", True)
    assert "hush" not in str(made_)
    path = f"/transports/{made_['id']}"
    problem(api.patch(path, {"url": "smtp://127.0.0.1"}), 422, "transport_invalid")
    changed = made(
        api.patch(path, {"servers": [{"id": second["id"]}, {"id": first["id"], "rate": None}]}), 200
    )
    assert [each["id"] for each in changed["servers"]] == [second["id"], first["id"]]
    assert (changed["servers"][1]["rate"], changed["servers"][1]["weight"]) == (None, 3)
    assert all(each["has_password"] for each in changed["servers"])
    problem(api.patch(path, {"servers": [{"id": 999}]}), 422, "transport_invalid")
    problem(api.patch(path, {"servers": [{"id": first["id"], "enabled": False}]}), 422, "transport_invalid")
    problem(api.patch(path, {"servers": [{"weight": 2}]}), 422, "transport_invalid")
    problem(
        api.patch(path, {"servers": [{"id": first["id"], "url": "smtp://me@else.example.org"}]}),
        422,
        "transport_invalid",
    )
    problem(api.post("/transports", {"name": "none"}), 422, "transport_invalid")
    health = made(api.get(f"{path}/health"), 200)["items"]
    assert [(each["id"], each["state"]) for each in health] == [
        (second["id"], "unused"),
        (first["id"], "unused"),
    ]
    made(api.patch(path, {"servers": [{"id": first["id"]}]}), 200)
    assert len(made(api.get(path), 200)["servers"]) == 1


def test_trying_a_transport_says_each_step_and_no_secret(api: Api, conn: Any) -> None:
    one = made(api.post("/transports", {"name": "closed", "url": "smtp://me:hush@127.0.0.1:1?connections=2"}))
    (tried,) = made(api.post(f"/transports/{one['id']}/test", {}), 200)["items"]
    assert (tried["ok"], tried["id"]) == (False, one["servers"][0]["id"])
    assert "hush" not in str(tried)
    problem(api.post(f"/transports/{one['id']}/test", {"server": 999}), 404, "not_found")
    # Nobody is to explore a private network that way: refused, silent and strange are one answer.
    assert tried["summary"] == "127.0.0.1:1 cannot be reached, or does not speak SMTP"


def test_a_transport_that_mailings_use_stays(api: Api, conn: Any) -> None:
    stage.draft(conn, stage.add_contacts(conn, "news", 1), via="smtp://127.0.0.1:1")
    (used,) = items(api.get("/transports"))
    problem(api.delete(f"/transports/{used['id']}"), 409, "transport_in_use")
    spare = made(api.post("/transports", {"name": "spare", "url": "smtp://127.0.0.1:2"}))
    assert api.delete(f"/transports/{spare['id']}").status_code == 204
    problem(api.get(f"/transports/{spare['id']}"), 404, "not_found")


# -- tokens and people -----------------------------------------------------------


def test_a_token_made_over_the_api_lets_in_until_it_is_revoked(api: Api, conn: Any) -> None:
    one = made(api.post("/tokens", {"name": "shop", "scopes": ["contacts:read"], "rate": 5, "burst": 9}))
    shop = Api(one["secret"])
    assert shop.get("/contacts").status_code == 200
    problem(shop.get("/mailings"), 403, "forbidden")
    shown = api.get(f"/tokens/{one['id']}")
    assert one["secret"].encode() not in shown.content
    assert shown.json()["scopes"] == ["contacts:read"]
    assert {each["name"] for each in items(api.get("/tokens"))} >= {"shop"}
    assert api.delete(f"/tokens/{one['id']}").status_code == 204
    problem(shop.get("/contacts"), 401, "unauthorized")
    assert "shop" not in {each["name"] for each in items(api.get("/tokens"))}
    assert "shop" in {each["name"] for each in items(api.get("/tokens?revoked=true"))}
    assert commands(conn)[-2:] == ["token_create", "token_revoke"]
    assert one["secret"] not in str(conn.execute("select * from mailing_repetition").fetchall())


def test_nobody_gives_away_more_than_they_have(bearer: Bearer, closing: None) -> None:
    small = bearer("tokens:write", "people:write", "contacts:read")
    problem(small.post("/tokens", {"name": "big", "scopes": ["administrator"]}), 403, "forbidden")
    problem(small.post("/people", {"email": "b@x.example", "roles": ["administrator"]}), 403, "forbidden")
    made(small.post("/tokens", {"name": "same", "scopes": ["contacts:read"]}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": ["everything"]},
        {"person": 99},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2030-01-01T00:00:00"},
        {"expires_at": "9999-12-31T23:59:59-23:00"},
        {"rate": 0},
        {"rate": True, "burst": 1.5},
        {"name": "a\nb"},
        {"scopes": []},
    ],
)
def test_a_token_that_cannot_be_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    problem(api.post("/tokens", {"name": "n", "scopes": ["contacts:read"], **wrong}), 422)


def test_a_token_can_expire(api: Api) -> None:
    soon = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0).isoformat()
    one = made(api.post("/tokens", {"name": "n", "scopes": ["contacts:read"], "expires_at": soon}))
    assert datetime.fromisoformat(one["expires_at"]) == datetime.fromisoformat(soon)


def test_people_get_roles_and_lose_them(api: Api, bearer: Bearer) -> None:
    one = made(api.post("/people", {"email": "Berta@X.example", "name": "Berta", "roles": ["author"]}))
    assert (one["email"], one["roles"]) == ("berta@x.example", ["author"])
    path = f"/people/{one['id']}"
    changed = made(api.ask("PUT", f"{path}/roles", {"roles": ["operator", "approver"]}), 200)
    assert changed["roles"] == ["approver", "operator"]
    assert changed in items(api.get("/people"))
    assert api.get(path).json() == changed
    asked = {"name": "b", "scopes": ["mailings:read"], "person": one["id"]}
    problem(api.post("/tokens", asked), 403, "forbidden")  # else an administrator would be everybody
    token = made(bearer("platform", account=None).post("/tokens?account=1", asked))
    assert Api(token["secret"]).get("/mailings").status_code == 200
    assert api.delete(path).status_code == 204
    problem(api.get(path), 404, "not_found")
    problem(Api(token["secret"]).get("/mailings"), 403, "forbidden")
    problem(api.post("/people", {"email": "nobody", "roles": ["author"]}), 422, "person_invalid")
    problem(api.post("/people", {"email": "c@x.example", "roles": ["king"]}), 422, "invalid")


def test_me(bearer: Bearer, closing: None) -> None:
    me = bearer("approver").get("/me").json()
    assert (me["account"], me["roles"]) == (1, ["approver"])
    assert "mailings:approve" in me["scopes"]
    assert bearer("platform", account=None).get("/me").json()["account"] is None


# -- policies --------------------------------------------------------------------


def test_policies_are_shown_and_changed_all_or_none(api: Api, bearer: Bearer, conn: Any) -> None:
    def held() -> dict[str, Any]:
        return {each["name"]: each["value"] for each in items(api.get("/policies"))}

    before = held()
    assert before["approvals_required"] == 1
    made(api.patch("/policies", {"approvals_required": 2, "four_eyes": "on"}), 200)
    assert held() == {**before, "approvals_required": 2, "four_eyes": "on"}
    made(api.patch("/policies", {"four_eyes": None}), 200)
    told = problem(
        api.patch("/policies", {"approvals_required": 3, "four_eyes": "maybe", "no": 1}),
        422,
        "policy_invalid",
    )
    assert "four_eyes" in told["detail"]
    for wrong in ({"approvals_required": True}, {"approvals_required": 1.5}, {"late_gate": []}, []):
        problem(api.patch("/policies", wrong), 422)
    assert held() == {**before, "approvals_required": 2}
    problem(api.patch("/policies", {"moderation": "manual"}), 403, "forbidden")
    platform = bearer("platform", account=None)
    made(platform.patch("/policies?account=1", {"moderation": "manual"}), 200)
    assert held()["moderation"] == "manual"
    problem(bearer("author").patch("/policies", {"four_eyes": "on"}), 403, "forbidden")
    assert commands(conn).count("policy_change") == 3


# -- kill switches ---------------------------------------------------------------


def test_a_switch_interrupts_and_is_lifted_with_a_reason(api: Api, conn: Any) -> None:
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "news", 3)))
    assert stage.state(conn, mailing) == "starting"
    put = made(api.post("/switches", {"scope": "account", "reason": "Wrong prices everywhere."}))
    assert (put["interrupted"], put["in_force"], put["account"]) == ([mailing], True, 1)
    assert stage.state(conn, mailing) == "interrupted"
    path = f"/switches/{put['id']}"
    assert [each["id"] for each in items(api.get("/switches"))] == [put["id"]]
    problem(api.post(f"{path}/lift", {}), 422, "invalid")
    lifted = made(api.post(f"{path}/lift", {"reason": "The prices are right."}), 200)
    assert not lifted["in_force"]
    assert items(api.get("/switches")) == []
    assert items(api.get("/switches?lifted=true")) == [lifted]
    assert api.get(path).json() == lifted


def test_what_a_switch_reaches_is_its_makers(api: Api, bearer: Bearer) -> None:
    problem(api.post("/switches", {"scope": "all", "reason": "r"}), 422, "switch_invalid")
    problem(
        api.post("/switches", {"scope": "transport", "value": "99", "reason": "r"}), 422, "switch_invalid"
    )
    problem(api.post("/switches", {"scope": "whim", "reason": "r"}), 422, "invalid")
    problem(bearer("author").post("/switches", {"scope": "account", "reason": "r"}), 403, "forbidden")
    platform = bearer("platform", account=None)
    put = made(platform.post("/switches", {"scope": "all", "reason": "The building burns."}))
    assert put["account"] is None
    assert [each["id"] for each in items(api.get("/switches"))] == [put["id"]]
    problem(api.post(f"/switches/{put['id']}/lift", {"reason": "r"}), 403, "forbidden")
    made(platform.post(f"/switches/{put['id']}/lift", {"reason": "It is out."}), 200)


# -- webhooks and notices -----------------------------------------------------------


def test_a_webhook_its_secret_and_its_log(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PENSTOCK_WEBHOOKS_PRIVATE", "1")
    one = made(api.post("/webhooks", {"url": "http://127.0.0.1:9/hook", "events": ["mailing.finished"]}))
    path = f"/webhooks/{one['id']}"
    assert one["secret"].startswith("whsec_")
    for answer in (api.get(path), api.get("/webhooks")):
        assert b"whsec_" not in answer.content
    assert made(api.post(f"{path}/rotate-secret"), 200)["secret"] != one["secret"]
    trial = made(api.post(f"{path}/test"), 202)
    assert trial["kind"] == "webhook.test"
    log = f"{path}/deliveries"
    assert [each["id"] for each in items(api.get(f"{log}?state=waiting"))] == [trial["id"]]
    assert items(api.get(f"{log}?state=failed")) == []
    whole = made(api.get(f"{log}/{trial['id']}"), 200)
    assert (whole["log"], whole["state"]) == ([], "waiting")
    problem(api.post(f"{log}/{trial['id']}/redeliver"), 409, "already_waiting")
    assert not made(api.patch(path, {"enabled": False}), 200)["enabled"]
    problem(api.post(f"{path}/test"), 409, "webhook_disabled")
    problem(api.patch(path, {"events": ["sunrise"]}), 422, "webhook_invalid")
    other = made(api.post("/webhooks", {"url": "http://127.0.0.1:9/other"}))
    problem(api.get(f"/webhooks/{other['id']}/deliveries/{trial['id']}"), 404, "not_found")
    problem(api.post(f"/webhooks/{other['id']}/deliveries/{trial['id']}/redeliver"), 404, "not_found")
    assert api.delete(path).status_code == 204
    problem(api.get(path), 404, "not_found")
    problem(api.get(log), 404, "not_found")


def test_a_webhook_to_a_private_network_is_refused(api: Api) -> None:
    problem(api.post("/webhooks", {"url": "http://127.0.0.1:9/hook"}), 422, "webhook_invalid")


def test_notices_have_a_way_out(api: Api) -> None:
    none = {"notice_transport": None, "notice_from": None}
    assert api.get("/notices/settings").json() == none
    way = made(api.post("/transports", {"name": "relay", "url": "smtp://127.0.0.1:1"}))["id"]
    setting = {"notice_transport": way, "notice_from": "Penstock <penstock@example.org>"}
    assert made(api.ask("PUT", "/notices/settings", setting), 200) == setting
    assert api.get("/notices/settings").json() == setting
    problem(api.ask("PUT", "/notices/settings", {**setting, "notice_transport": 99}), 422, "setting_invalid")
    problem(api.ask("PUT", "/notices/settings", {**setting, "notice_from": "nobody"}), 422, "setting_invalid")
    assert made(api.ask("PUT", "/notices/settings", none), 200) == none


def test_notices_are_listed_and_read(api: Api, conn: Any) -> None:
    from penstock.notices import outbox

    stage.command(
        conn, stage.draft(conn, stage.add_contacts(conn, "news", 1)), "submit", plan={"kind": "later"}
    )
    outbox.turn(conn)
    (notice,) = items(api.get("/notices?unread=true"))
    assert notice["kind"] == "mailing.to_approve"
    assert items(api.get(f"/notices?mailing={notice['mailing']}")) == [notice]
    assert made(api.post("/notices/read", {"notices": [notice["id"]]}), 200) == {"marked": 1}
    assert items(api.get("/notices?unread=true")) == []
    assert items(api.get("/notices"))[0]["read_at"]
    assert made(api.post("/notices/read", {}), 200) == {"marked": 0}
