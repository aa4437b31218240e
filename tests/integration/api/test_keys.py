"""Idempotency keys: what keeps them says so; everything else that changes something refuses them, and does nothing."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.api.conftest import Api
from tests.integration.api.test_frame import problem

METHODS = ("post", "put", "patch", "delete")
KEPT = {
    "POST /mailings", "PATCH /mailings/{mailing}", "DELETE /mailings/{mailing}", "POST /contacts", "POST /lists", "POST /imports",
    "POST /suppressions", "POST /switches", "POST /templates", "POST /segments", "POST /segments/indexes", "POST /credits/top-ups",
}  # fmt: skip
"""Beside the commands of a mailing, which all keep keys."""


def unsafe(api: Api) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path, operation: of what changes something."""
    for path, item in api.get("/openapi.json").json()["paths"].items():
        for method in METHODS:
            if method in item:
                yield method.upper(), path.removeprefix("/api/v1"), item[method]


def takes_keys(operation: dict[str, Any]) -> bool:
    return any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))


def example(operation: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return content.get("example")


@pytest.mark.behaviour("B15")
def test_the_document_says_who_keeps_keys(api: Api) -> None:
    kept = {f"{method} {path}" for method, path, operation in unsafe(api) if takes_keys(operation)}
    commands = {each for each in kept if each.startswith("POST /mailings/{mailing}/")}
    assert kept - commands == KEPT
    all_commands = {p for m, p, _ in unsafe(api) if m == "POST" and p.startswith("/mailings/{mailing}/")}
    # Who asks twice for an analysis has asked for one; a timeline changes nothing: they need no key.
    keyless = {f"POST /mailings/{{mailing}}/{name}" for name in ("analysis", "timeline")}
    assert {f"POST {path}" for path in all_commands} - keyless == commands


@pytest.mark.behaviour("B15")
def test_who_keeps_no_keys_refuses_them_and_does_nothing(api: Api, conn: Any) -> None:
    refused = 0
    for method, path, operation in unsafe(api):
        if takes_keys(operation):
            continue
        address = re.sub(r"{\w+}", "1", path)
        said = problem(api.ask(method, address, example(operation), Idempotency_Key="k"), 422, "key_not_kept")
        assert said["errors"][0]["header"] == "Idempotency-Key"
        refused += 1
    assert refused > 15
    assert conn.execute("select count(*) from account_transport").fetchone() == (0,)
    assert conn.execute("select count(*) from mailing_repetition").fetchone() == (0,)
    assert conn.execute("select count(*) from mailing_entry where command <> 'token_create'").fetchone() == (
        0,
    )


def test_without_the_key_it_is_done_and_reads_do_not_mind_it(api: Api, stranger: Api) -> None:
    token = {"name": "shop", "scopes": ["contacts:read"]}
    problem(api.post("/tokens", token, Idempotency_Key="k"), 422, "key_not_kept")
    assert api.post("/tokens", token).status_code == 201
    assert api.get("/tokens", Idempotency_Key="k").status_code == 200
    problem(stranger.post("/tokens", token, Idempotency_Key="k"), 401, "unauthorized")


def test_a_switch_is_put_once_under_one_key(api: Api, bearer: Callable[..., Api], conn: Any) -> None:
    asked = {"scope": "domain", "value": "example.net", "reason": "r"}
    first, again = (api.post("/switches", asked, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert again["Location"] == first["Location"]
    problem(api.post("/switches", {**asked, "reason": "other"}, Idempotency_Key="k"), 422, "key_reused")
    desk = bearer("platform", account=None)
    everywhere = [
        desk.post("/switches", {"scope": "all", "reason": "r"}, Idempotency_Key="k") for _ in range(2)
    ]
    assert everywhere[0].json() == everywhere[1].json()
    assert everywhere[0].json()["account"] is None
    assert conn.execute("select count(*) from mailing_switch").fetchone() == (2,)


def test_repeated_commands_edits_and_deletions_say_so(api: Api) -> None:
    listed = api.post("/lists", {"name": "news"}).json()["id"]
    api.post("/transports", {"name": "relay", "url": "smtp://127.0.0.1:1"})
    message = {"sender": "a@x.example", "subject": "s", "text": "t"}
    made = api.post("/mailings", {"name": "n", "message": message, "audience": {"list": listed}}).json()["id"]
    for method, path, body in (
        ("POST", f"/mailings/{made}/copy", {}),
        ("PATCH", f"/mailings/{made}", {"name": "other"}),
        ("DELETE", f"/mailings/{made}", None),
    ):
        first, again = (api.ask(method, path, body, Idempotency_Key=f"key-{method}") for _ in range(2))
        assert (first.status_code, again.status_code) == (200, 200), (method, again.content)
        assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    problem(api.delete(f"/mailings/{made}"), 404, "not_found")
