"""The client's HTTP: what is asked again, what is not, and how refusals are told."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from penstock.client import (
    ApiError,
    ConnectionLost,
    Invalid,
    NotFound,
    Refused,
    TooManyRequests,
    Unavailable,
    VersionChanged,
)
from penstock.client.connection import TRIES, Connection

Answering = Callable[[httpx.Request], httpx.Response]
PROBLEM = {"code": "wrong_state", "detail": "pause is not possible.", "title": "t"}


class Line:
    """A connection whose other side answers with these, one after the other; an exception is raised."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers, self.requests, self.waits = list(answers), [], []
        transport = httpx.MockTransport(self._answer)
        self.connection = Connection(
            "http://x.example/", "pst_x", transport=transport, sleep=self.waits.append
        )

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def keys(self) -> set[str | None]:
        return {request.headers.get("Idempotency-Key") for request in self.requests}


def refusal(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(
        status,
        json={**PROBLEM, "status": status},
        headers={k.replace("_", "-"): v for k, v in headers.items()},
    )


OK = httpx.Response(200, json={})


def test_the_token_and_the_address() -> None:
    line = Line(OK)
    line.connection.ask("GET", "/me", query={"account": None, "limit": 5})
    (request,) = line.requests
    assert str(request.url) == "http://x.example/api/v1/me?limit=5"
    assert request.headers["Authorization"] == "Bearer pst_x"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Invalid),
        (404, NotFound),
        (409, Refused),
        (412, VersionChanged),
        (422, Invalid),
        (500, Unavailable),
    ],
)
def test_a_refusal_is_an_error_of_its_kind_at_once(status: int, kind: type[ApiError]) -> None:
    line = Line(refusal(status))
    with pytest.raises(kind, match="pause is not possible") as caught:
        line.connection.ask("GET", "/mailings/7")
    assert (caught.value.code, caught.value.status, line.waits) == ("wrong_state", status, [])


def test_what_can_do_nothing_twice_is_asked_again_under_the_same_key() -> None:
    line = Line(httpx.ConnectError("refused"), refusal(503, Retry_After="2"), OK)
    line.connection.ask("POST", "/mailings/7/pause", body={}, once=True)
    assert len(line.requests) == 3
    assert line.waits[1] == 2.0
    (key,) = line.keys()
    assert key


def test_a_key_of_ones_own_is_kept() -> None:
    line = Line(OK)
    line.connection.ask("POST", "/lists", body={}, headers={"Idempotency-Key": "mine"}, once=True)
    assert line.keys() == {"mine"}


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_what_could_happen_twice_is_not_asked_again(method: str) -> None:
    for answer, kind in ((httpx.ReadTimeout("late"), ConnectionLost), (refusal(503), Unavailable)):
        line = Line(answer)
        with pytest.raises(kind):
            line.connection.ask(method, "/transports", body={})
        assert len(line.requests) == 1


def test_a_refusal_for_the_rate_did_nothing_and_is_waited_out() -> None:
    line = Line(refusal(429, Retry_After="3"), OK)
    line.connection.ask("POST", "/transports", body={})
    assert line.waits == [3.0]


def test_patience_has_an_end() -> None:
    line = Line(*[refusal(429, Retry_After="1")] * TRIES)
    with pytest.raises(TooManyRequests) as caught:
        line.connection.ask("GET", "/me")
    assert (len(line.requests), caught.value.retry_after) == (TRIES, 1.0)
    line = Line(refusal(429, Retry_After="3600"))
    with pytest.raises(TooManyRequests):
        line.connection.ask("GET", "/me")


def test_an_upload_is_not_sent_twice() -> None:
    line = Line(refusal(429, Retry_After="1"))
    with pytest.raises(TooManyRequests):
        line.connection.ask("POST", "/imports", content=iter([b"x"]), once=True)


@pytest.mark.parametrize("body", ["<html>", "[]", '"x"'])
def test_an_answer_that_is_no_problem_document_is_told_all_the_same(body: str) -> None:
    line = Line(httpx.Response(404, text=body))
    with pytest.raises(NotFound, match="404"):
        line.connection.ask("GET", "/me")


def test_a_stream_raises_as_anything_else() -> None:
    line = Line(refusal(404))
    with pytest.raises(NotFound), line.connection.stream("/mailings/7/ledger"):
        pass
    found: Any = Line(httpx.Response(200, content=b"a,b\n"))
    with found.connection.stream("/mailings/7/ledger") as blocks:
        assert b"".join(blocks) == b"a,b\n"
