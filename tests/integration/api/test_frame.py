"""The frame: who may ask, how errors look, what is answered at the edges."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.delivery import stage


def problem(answer: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """The answer is this problem, with everything a problem has."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status
    assert document["type"] == f"urn:penstock:problem:{document['code']}"
    assert document["title"]
    assert document["detail"]
    if code:
        assert document["code"] == code
    return dict(document)


def test_a_mailing_is_made_shown_and_listed(api: Any, conn: Any) -> None:
    listed = stage.add_contacts(conn, "readers", 3)
    stage.draft(conn, listed)
    made = api.post("/mailings", {
        "name": "News", "message": {"sender": "a@example.org", "subject": "s", "text": "t"}, "audience": {"list": listed},
    })  # fmt: skip
    assert made.status_code == 201, made.content
    number = made.json()["id"]
    assert made["Location"] == f"/api/v1/mailings/{number}"
    shown = api.get(made["Location"])
    assert shown["ETag"] == '"1"'
    assert shown.json() == made.json()
    assert api.get("/mailings").json()["items"][0]["id"] == number


def test_a_command_is_carried_out(api: Any, conn: Any) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "readers", 3))
    answer = api.post(f"/mailings/{mailing}/submit", {"plan": {"kind": "later"}})
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "in_review"
    assert answer["ETag"] == '"2"'


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": "Bearer pst_wrong"}, {"Authorization": "Basic YTpi"}]
)
def test_strangers_are_told_to_come_with_a_token(
    stranger: Any, closing: None, header: dict[str, str]
) -> None:
    answer = stranger.get("/mailings", **header)
    problem(answer, 401, "unauthorized")
    assert answer["WWW-Authenticate"].startswith("Bearer ")


def test_addresses_that_are_none(api: Any, stranger: Any) -> None:
    for path in ("/api/v1/nothing", "/api/v1/", "/api/", "/api/v2/mailings", "/api/v1/mailings/"):
        problem(api.get(path), 404, "not_found")
        problem(stranger.get(path), 404, "not_found")


def test_a_method_that_is_not_possible(api: Any) -> None:
    answer = api.ask("PUT", "/mailings")
    problem(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, POST"


def test_what_the_token_does_not_allow(bearer: Callable[..., Any], closing: None) -> None:
    problem(bearer("contacts:read").get("/mailings"), 403, "forbidden")
