"""`/mailings/{id}/test` and `/tests`: the message handed over to a few addresses, to see it arrive."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from penstock.account import access
from penstock.api.authentication import actor_of
from penstock.api.conditions import repeatable
from penstock.api.document import documented
from penstock.api.mailings.showing import found
from penstock.api.problems import Problem
from penstock.api.repeating import mark, once
from penstock.api.resources.paging import paged
from penstock.api.shapes import Body, Cursor, Id, Limit, Number, Shown
from penstock.platform.connections import connection
from penstock.preflight import testing

router = Router()


class NewTest(Body):
    """To whom a test goes, and as whose message."""

    to: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=320)]],
        Field(max_length=testing.MOST, description="The addresses; or else a `list`."),
    ] = []
    list: Annotated[Number | None, Field(description="A test group: everybody on this list.")] = None
    as_whom: Annotated[
        Number | Literal["each"],
        Field(
            alias="as",
            description="The contact whose message all of them get; `each`: their own, as nobody who is no contact.",
        ),
    ] = "each"
    prefix: Annotated[
        str,
        Field(
            max_length=testing.LONGEST_PREFIX, description="Put before the subject; without it nothing is."
        ),
    ] = ""


class Test(Shown):
    """One test. `current`: of the message that the mailing has now; `contact` null: made as nobody."""

    id: int
    mailing: int
    message: int
    revision: int
    current: bool
    address: str
    contact: int | None
    prefix: str
    state: Literal["waiting", "sending", "accepted", "refused", "failed", "in_doubt"]
    reply: Annotated[str | None, Field(description="The server's words, or why nothing was sent.")]
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None


class Tests(Shown):
    """Tests, the newest first."""

    items: list[Test]
    next_cursor: str | None


_WAITING = {
    "id": 3, "mailing": 7, "message": 12, "revision": 1, "current": True, "address": "anna@example.org", "contact": 12,
    "prefix": "[test] ", "state": "waiting", "reply": None, "asked_by": "anna@example.org (laptop)",
    "asked_at": "2030-11-22T08:00:00Z", "ended_at": None,
}  # fmt: skip
_SENT = {**_WAITING, "state": "accepted", "reply": "250 2.0.0 Ok: queued as 4F2", "ended_at": "2030-11-22T08:00:01Z"}  # fmt: skip
_NEW = {"to": ["anna@example.org"], "as": 12, "prefix": "[test] "}


@router.post(
    "/{mailing}/test",
    response={202: Tests},
    openapi_extra=documented(
        {"items": [_WAITING], "next_cursor": None}, body=_NEW, conditions=("Idempotency-Key",), refuses=(409,)
    ),
)
def test_mailing(request: HttpRequest, response: HttpResponse, mailing: Id, given: NewTest) -> Any:
    """Have the message of now sent to a few addresses at once, over its transport, whatever state the mailing is in."""
    actor = actor_of(request)
    for scope in ("mailings:write", "recipients:read"):
        access.require(actor, scope)
    with connection() as conn:
        there = found(conn, actor, mailing)

        def make() -> dict[str, Any]:
            return {"tests": testing.ask(conn, there, actor, to=given.to, on=given.list, as_whom=given.as_whom, prefix=given.prefix)}  # fmt: skip

        try:
            answer, repeated = once(conn, there.account, actor, repeatable(request), make)
        except testing.TooMany as error:
            raise Problem(429, "too_many_requests", str(error), headers={"Retry-After": str(error.retry_after)}) from None  # fmt: skip
        mark(response, repeated=repeated)
        items = testing.listed(conn, mailing, only=answer["tests"])
        return Status(202, {"items": items, "next_cursor": None})


@router.get(
    "/{mailing}/tests", response=Tests, openapi_extra=documented({"items": [_SENT], "next_cursor": None})
)
def list_tests(
    request: HttpRequest, response: HttpResponse, mailing: Id, limit: Limit = 100, cursor: Cursor = None
) -> Any:
    """The tests of a mailing, and what became of each."""
    actor = actor_of(request)
    access.require(actor, "recipients:read")
    with connection() as conn:
        found(conn, actor, mailing)
        return paged(
            request, response, f"tests {mailing}", cursor, limit,
            lambda before, n: testing.listed(conn, mailing, before=before, limit=n),
        )  # fmt: skip
