"""Sending domains over HTTP: added, their records set, checked, and then mail may leave as them."""

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from tests.integration.api.conftest import Api
from tests.integration.delivery import stage
from tests.nameserver import Nameserver

REMOTE = "smtp://192.0.2.1:25"


def publish(dns: Nameserver, domain: dict[str, Any]) -> None:
    """Set every record as the answer gives it."""
    for record in domain["records"]:
        if record["type"] == "TXT":
            dns.txt(record["name"], record["value"])
        elif record["value"]:
            dns.set(record["name"], record["type"], record["value"])


def records(domain: dict[str, Any]) -> dict[str, str]:
    return {f"{each['kind']} {each['selector'] or ''}".strip(): each["state"] for each in domain["records"]}


@pytest.mark.behaviour("S4.4")
def test_mail_leaves_for_other_machines_only_as_a_verified_domain(
    conn: psycopg.Connection, api: Api, dns: Nameserver
) -> None:
    way = api.post("/transports", {"name": "relay", "url": REMOTE}).json()["id"]
    message = {"sender": "News <news@letters.example.org>", "subject": "s", "text": "t"}
    listed = stage.add_contacts(conn, "some", 3)
    new = {"name": "n", "message": message, "audience": {"list": listed}, "transport": way}
    mailing = api.post("/mailings", new).json()["id"]
    submit = {"plan": {"kind": "later"}, "confirm": True}

    def refused() -> list[str]:
        answer = api.post(f"/mailings/{mailing}/submit", submit)
        assert answer.status_code == 409, answer.content
        return [reason["code"] for reason in answer.json()["reasons"]]

    assert refused() == ["sender_domain"]
    made = api.post("/domains", {"name": "example.org", "spf": "ip4:192.0.2.1"}).json()
    assert refused() == ["sender_domain"]
    assert api.post(f"/domains/{made['id']}/check").json()["state"] == "unverified"
    assert refused() == ["sender_domain"]
    publish(dns, made)
    checked = api.post(f"/domains/{made['id']}/check").json()
    assert (checked["state"], set(records(checked).values())) == ("verified", {"found", "missing"})
    assert api.post(f"/mailings/{mailing}/submit", submit).status_code == 200


def test_a_domain_from_its_adding_to_its_deleting(api: Api, dns: Nameserver) -> None:
    answer = api.post(
        "/domains",
        {"name": "Example.org", "spf": "mx", "return_host": "bounce", "return_target": "mx.example.net"},
    )
    made = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/domains/{made['id']}")
    first, second = (key["selector"] for key in made["keys"])
    assert records(made) == {
        f"dkim {first}": "unchecked", f"dkim {second}": "unchecked", "spf": "unchecked", "return_path": "unchecked",
        "dmarc": "unchecked",
    }  # fmt: skip
    assert made["records"][0]["value"] == made["keys"][0]["record"]
    assert [each["value"] for each in made["records"][2:]] == [
        "v=spf1 mx ~all",
        "10 mx.example.net.",
        "v=DMARC1; p=none",
    ]
    assert api.get(f"/domains/{made['id']}").json() == made
    assert api.get("/domains").json() == {"items": [made], "next_cursor": None}
    publish(dns, made)
    checked = api.post(f"/domains/{made['id']}/check").json()
    assert (checked["state"], checked["return_path_used"], set(records(checked).values())) == (
        "verified",
        True,
        {"found"},
    )
    changed = api.patch(f"/domains/{made['id']}", {"spf": "include:spf.example.net"}).json()
    assert (changed["spf"], changed["return_path_used"]) == ("include:spf.example.net", True)
    key = api.post(f"/domains/{made['id']}/keys", {"algorithm": "rsa"})
    assert (key.status_code, key.json()["state"]) == (201, "waiting")
    assert api.post(f"/domains/{made['id']}/keys", {"algorithm": "rsa"}).json()["code"] == "key_waiting"
    assert api.delete(f"/domains/{made['id']}/keys/{key.json()['selector']}").status_code == 204
    assert api.delete(f"/domains/{made['id']}/keys/{second}").status_code == 204
    last = api.delete(f"/domains/{made['id']}/keys/{first}")
    assert (last.status_code, last.json()["code"]) == (409, "domain_in_use")
    assert api.delete(f"/domains/{made['id']}").status_code == 204
    assert api.get(f"/domains/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "co.uk"}, 422, "domain_invalid"),
        ({"name": "example.org", "spf": "+all"}, 422, "domain_invalid"),
        ({"name": "example.org", "return_host": "a b"}, 422, "domain_invalid"),
        ({"name": "taken.example.org"}, 409, "domain_exists"),
        ({"name": 5}, 422, "invalid"),
    ],
)
def test_what_cannot_be_is_refused(api: Api, body: dict[str, Any], status: int, code: str) -> None:
    api.post("/domains", {"name": "taken.example.org"})
    answer = api.post("/domains", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


def test_who_may_do_what(bearer: Callable[..., Api], closing: None) -> None:
    author = bearer("author")
    assert author.get("/domains").status_code == 200
    assert author.post("/domains", {"name": "example.org"}).status_code == 403
    assert bearer("contacts:read").get("/domains").status_code == 403


def test_a_dns_server_that_does_not_answer_is_said_in_time(
    api: Api, dns: Nameserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penstock.account.records import resolver

    monkeypatch.setattr(resolver, "PATIENCE", 0.5)
    made = api.post("/domains", {"name": "example.org"}).json()
    dns.hushes("org")
    answer = api.post(f"/domains/{made['id']}/check")
    assert answer.status_code == 200
    assert set(records(answer.json()).values()) == {"unreachable"}
    assert "no answer within" in answer.json()["records"][0]["what"]


def test_a_slow_name_server_keeps_nobody_else_waiting(
    api: Api, bearer: Callable[..., Api], dns: Nameserver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More checks at once than there are connections; none of them holds one while it waits."""
    from penstock.platform import connections

    monkeypatch.setattr(connections, "LARGEST", 2)
    made = api.post("/domains", {"name": "example.org"}).json()
    dns.hushes("org")
    path = f"/domains/{made['id']}/check"
    waiting = [threading.Thread(target=bearer("administrator").post, args=(path,)) for _ in range(3)]
    for thread in waiting:
        thread.start()
    stage.eventually(lambda: sum(name == "_dmarc.example.org" for name, _ in dns.asked) >= 3)
    assert api.get("/domains").status_code == 200
    assert all(thread.is_alive() for thread in waiting)
    for thread in waiting:
        thread.join()
