"""How large a body may be: little for strangers, a document for those who are known, a file where files are taken."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest

from penstock.platform import environment

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def _ready(closing: None) -> None:
    pass


class Answer:
    """What came back, and how much of the body was asked for."""

    def __init__(self) -> None:
        self.status, self.kind, self.body, self.taken = 0, "", b"", 0

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


def send(
    path: str, size: int, token: str | None = None, *, announced: bool = True, kind: str = "text/csv"
) -> Answer:
    """POST a CSV file of `size` bytes straight to the application, in blocks of a megabyte at most."""
    from penstock.platform.asgi import application

    answer, head = Answer(), b"email\n"
    headers = [(b"host", b"127.0.0.1"), (b"content-type", kind.encode())]
    headers += (
        [(b"content-length", str(size).encode())] if announced else [(b"transfer-encoding", b"chunked")]
    )
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "headers": headers, "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 80),
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        if answer.taken >= size:
            await asyncio.sleep(30)  # the client waits for the answer
        block = (head if not answer.taken else b"")[:size]
        block += b"\n" * (min(MEGABYTE, size - answer.taken) - len(block))
        answer.taken += len(block)
        return {"type": "http.request", "body": block, "more_body": answer.taken < size}

    async def take(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            found = {name.lower(): value for name, value in message["headers"]}
            answer.kind = found[b"content-type"].decode()
        else:
            answer.body += message.get("body", b"")

    asyncio.run(application(scope, receive, take))
    return answer


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("token", [None, "pst_" + "x" * 43])
def test_a_stranger_cannot_leave_a_large_body(announced: bool, token: str | None) -> None:
    answer = send("/api/v1/imports", 20 * MEGABYTE, token, announced=announced)
    assert answer.status == 413
    assert answer.kind == "application/problem+json"
    assert answer.json()["code"] == "too_large"
    assert answer.taken <= MEGABYTE


def test_a_file_is_taken_from_who_is_known(bearer: Callable[..., Any]) -> None:
    token = bearer("administrator")._token
    for announced in (True, False):
        answer = send("/api/v1/imports", 20 * MEGABYTE, token, announced=announced)
        assert answer.status == 202, answer.body
    kept = sorted(environment.uploads().glob("*.csv"))
    assert {file.stat().st_size for file in kept} == {20 * MEGABYTE}
    for file in kept:
        file.unlink()


def test_a_document_has_its_own_bound(bearer: Callable[..., Any]) -> None:
    token = bearer("administrator")._token
    answer = send("/api/v1/contacts", 11 * MEGABYTE, token, kind="application/json")
    assert answer.json()["code"] == "bad_request"  # it was read, and is no JSON
    answer = send("/api/v1/contacts", 13 * MEGABYTE, token, kind="application/json")
    assert (answer.status, answer.taken) == (413, 0)


def test_elsewhere_a_form_is_all_that_is_taken(bearer: Callable[..., Any]) -> None:
    answer = send("/u/token", MEGABYTE, bearer("administrator")._token)
    assert (answer.status, answer.kind, answer.taken) == (413, "text/plain", 0)
