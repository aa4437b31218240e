"""`/switches`: kill switches. What one names is not sent while it is in force."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from penstock.api.conditions import repeatable
from penstock.api.document import documented
from penstock.api.repeating import mark
from penstock.api.resources.asking import asked_of_all
from penstock.api.resources.paging import whole
from penstock.api.resources.times import Instant
from penstock.api.shapes import Account, Body, Id, Shown
from penstock.mailing import switches

router = Router()

Scope = Literal["all", "account", "channel", "sender", "domain", "transport"]
Lifted = Annotated[bool, Query(description="Those that were lifted or have expired as well.")]
Reason = Annotated[str, Field(min_length=1, max_length=switches.LONGEST, description="Kept in the journal.")]


class NewSwitch(Body):
    """What is switched off. `value`: the channel, the sender's address, the domain, or the number of the transport."""

    scope: Scope
    value: Annotated[str, Field(max_length=320)] = ""
    reason: Reason
    expires_at: Instant | None = None


class LiftSwitch(Body):
    """Why it is lifted."""

    reason: Reason


class Switch(Shown):
    """One kill switch; `account` null: of every account, put by the platform."""

    id: int
    scope: Scope
    account: int | None
    value: str
    reason: str
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    lifted_at: datetime | None
    lifted_by: str | None
    in_force: bool


class PutSwitch(Switch):
    """A switch that was put, and the mailings that it interrupted."""

    interrupted: list[int]


class SwitchPage(Shown):
    """All switches that concern the account."""

    items: list[Switch]
    next_cursor: str | None


_SHOWN = {
    "id": 1, "scope": "domain", "account": 1, "value": "example.net", "reason": "Their postmaster asked us to stop.",
    "made_by": "Anna", "made_at": "2030-11-22T08:00:00Z", "expires_at": None, "lifted_at": None, "lifted_by": None,
    "in_force": True,
}  # fmt: skip
_NEW = {"scope": "domain", "value": "example.net", "reason": "Their postmaster asked us to stop."}


@router.get("", response=SwitchPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_switches(request: HttpRequest, lifted: Lifted = False, account: Account = None) -> Any:
    """The switches that concern the account, newest first; those of the platform included."""
    with asked_of_all(request, "switches:read") as (ask, about):
        return whole(switches.listed(ask.conn, about, lifted=lifted))


@router.post(
    "",
    response={201: PutSwitch},
    openapi_extra=documented({**_SHOWN, "interrupted": []}, body=_NEW, conditions=("Idempotency-Key",)),
)
def put_switch(
    request: HttpRequest, response: HttpResponse, given: NewSwitch, account: Account = None
) -> Any:
    """Switch something off, now. What is under way is interrupted; recipients of a domain or transport are withheld."""
    with asked_of_all(request, "switches:write") as (ask, about):
        put = switches.put(
            ask.conn, ask.actor, account=about, request=repeatable(request), **given.model_dump()
        )
        mark(response, repeated=put.repeated)
        response["Location"] = f"/api/v1/switches/{put.switch.id}"
        return Status(201, {**put.switch.__dict__, "interrupted": list(put.interrupted)})


@router.get("/{number}", response=Switch, openapi_extra=documented(_SHOWN))
def show_switch(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One switch."""
    with asked_of_all(request, "switches:read") as (ask, _):
        return switches.find(ask.conn, ask.actor, number)


@router.post(
    "/{number}/lift",
    response=Switch,
    openapi_extra=documented(_SHOWN, body={"reason": "They asked us to go on."}),
)
def lift_switch(request: HttpRequest, number: Id, given: LiftSwitch, account: Account = None) -> Any:
    """End a switch. What it interrupted stays so until somebody resumes it; what it withheld goes out."""
    with asked_of_all(request, "switches:write") as (ask, _):
        return switches.lift(ask.conn, ask.actor, number, given.reason)
