"""Limits over the API: set, listed, taken away, and nobody else's."""

from typing import Any

import psycopg

from tests.integration.api.conftest import Api
from tests.integration.delivery.stage import add_contacts, draft

Conn = psycopg.Connection[Any]


def test_a_limit_is_set_replaced_and_taken_away(api: Api, conn: Conn) -> None:
    made = api.post("/limits", {"scope": "domain", "value": "Slow.Example", "rate": "1000/h"})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["value"], shown["rate"], shown["connections"], shown["account"]) == (
        "slow.example",
        "1000/h",
        None,
        1,
    )
    assert abs(shown["per_second"] - 1000 / 3600) < 1e-9
    again = api.post("/limits", {"scope": "domain", "value": "slow.example", "connections": 3}).json()
    assert [each["id"] for each in api.get("/limits").json()["items"]] == [again["id"]]
    assert api.get(f"/limits/{again['id']}").json() == again
    assert api.get(f"/limits/{shown['id']}").status_code == 404
    assert api.delete(f"/limits/{again['id']}").status_code == 204
    assert api.get("/limits").json()["items"] == []
    assert api.get("/limits/spared").json()["items"] == []


def test_what_cannot_be_is_said(api: Api) -> None:
    for given, words in (
        ({"scope": "domain", "value": "slow.example"}, "Say what is limited"),
        ({"scope": "domain", "value": "slow.example", "rate": "0/s"}, "more than 0"),
        ({"scope": "domain", "value": "slow.example", "rate": "1٢/s"}, "write it as 100/s"),
        ({"scope": "domain", "value": "no domain", "rate": "1/s"}, "is not possible"),
        ({"scope": "transport", "value": "99", "rate": "1/s"}, "There is no transport '99'"),
        ({"scope": "account", "value": "2", "rate": "1/s"}, "is this account"),
        ({"scope": "all", "rate": "1/s"}, "the platform's"),
    ):
        answer = api.post("/limits", given)
        assert (answer.status_code, answer.json()["code"]) == (422, "limit_invalid"), given
        assert words in answer.json()["detail"]


def test_a_mailing_is_held_to_a_rate_and_says_what_it_waits_for(api: Api, conn: Conn) -> None:
    mailing = draft(conn, add_contacts(conn, "few", 1))
    before = api.get(f"/mailings/{mailing}").json()["version"]
    assert api.ask("PUT", f"/mailings/{mailing}/rate", {"rate": "3600/h", "connections": 2}).json() == {
        "rate": 1.0, "connections": 2, "waits": ["A limit of this mailing: 1/s and 2 connections."]
    }  # fmt: skip
    assert api.get(f"/mailings/{mailing}").json()["options"] == {"rate": 1.0, "connections": 2}
    assert api.get(f"/mailings/{mailing}").json()["version"] == before
    assert [each["command"] for each in api.get(f"/mailings/{mailing}/journal").json()["items"]][-1] == "rate"
    assert api.ask("PUT", f"/mailings/{mailing}/rate", {"rate": "never"}).json()["code"] == "rate_invalid"
    api.ask("PUT", f"/mailings/{mailing}/rate", {})
    assert api.get(f"/mailings/{mailing}/rate").json() == {"rate": None, "connections": None, "waits": []}
    assert api.ask("PUT", "/mailings/99/rate", {"rate": 5}).status_code == 404
