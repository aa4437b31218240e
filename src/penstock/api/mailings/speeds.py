"""`/mailings/{id}/rate`: how fast a mailing may go, changed while it runs."""

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from penstock.account import access
from penstock.account.pace import FASTEST, read
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings.showing import found
from penstock.api.shapes import Body, Id, Shown
from penstock.delivery.limits import waits
from penstock.mailing import control, speed
from penstock.platform.connections import connection

router = Router()


class Speed(Body):
    """What a mailing may at most; null: no limit of its own. Others hold beside it: `/limits`."""

    rate: Annotated[
        Annotated[float, Field(gt=0, le=FASTEST)] | Annotated[str, Field(max_length=40)] | None,
        Field(description="Messages a second, of SMS parts, or per time: `50/s`, `1000/h`."),
    ] = None
    connections: Annotated[
        int | None, Field(ge=1, le=speed.MOST_CONNECTIONS, description="Over all senders.")
    ] = None


class SpeedShown(Shown):
    """What a mailing may at most, in messages a second and connections; null: no limit of its own.

    `waits`: what its messages may have to wait for: its own limits, those of others, and domains that refuse for now.
    """

    rate: float | None
    connections: int | None
    waits: list[str]


_SHOWN = {"rate": 50.0, "connections": None, "waits": ["A limit of this mailing: 50/s."]}


@router.get("/{mailing}/rate", response=SpeedShown, openapi_extra=documented(_SHOWN))
def show_rate(request: HttpRequest, mailing: Id) -> Any:
    """How fast a mailing may go, and what it may have to wait for."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        there = found(conn, actor, mailing)
        return {**asdict(speed.of(there)), "waits": waits(conn, there.id)}


@router.put(
    "/{mailing}/rate",
    response=SpeedShown,
    openapi_extra=documented(_SHOWN, body={"rate": "50/s", "connections": None}),
)
def rate_mailing(request: HttpRequest, mailing: Id, given: Speed) -> Any:
    """Have a mailing go no faster than this from now on, also while it is being sent; its approval and its version stay."""
    actor = actor_of(request)
    rate = read(given.rate).rate if isinstance(given.rate, str) else given.rate
    with connection() as conn:
        there = found(conn, actor, mailing)
        now = speed.put(conn, there.account, there.id, actor, rate=rate, connections=given.connections)
        if now is None:
            raise control.NotFound(f"There is no mailing {mailing}.")
        return {**asdict(now), "waits": waits(conn, there.id)}
