"""Chains of mailings: a step added, and the whole of it shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from penstock.account import access
from penstock.api.authentication import actor_of
from penstock.api.conditions import repeatable, tag
from penstock.api.document import documented
from penstock.api.mailings import examples, writing
from penstock.api.mailings.given import NewStep
from penstock.api.mailings.shapes import Chain, WholeMailing
from penstock.api.mailings.showing import found, whole
from penstock.api.repeating import mark
from penstock.api.shapes import Id
from penstock.mailing import chain
from penstock.platform.connections import connection

router = Router()


@router.get("/{mailing}/chain", response=Chain, openapi_extra=documented(examples.CHAIN))
def show_chain(request: HttpRequest, mailing: Id) -> Any:
    """The chain that a mailing belongs to, step by step."""
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        there = found(conn, actor, mailing)
        return {"items": [_told(each) for each in chain.steps(conn, there.account, mailing)]}


@router.post(
    "/{mailing}/steps",
    response={201: WholeMailing},
    openapi_extra=documented(
        examples.STEP, body=examples.NEW_STEP, conditions=("Idempotency-Key",), refuses=(404,)
    ),
)
def add_step(request: HttpRequest, response: HttpResponse, mailing: Id, given: NewStep) -> Any:
    """Add a step to the chain of a mailing, as a draft: it goes to whom the earlier step reached, after the delay, on the condition."""
    actor = actor_of(request)
    access.require(actor, "mailings:write")
    with connection() as conn:
        number, repeated = writing.add_step(
            conn, found(conn, actor, mailing), given, actor, repeatable(request)
        )
        made = found(conn, actor, number)
        mark(response, repeated=repeated)
        response["Location"] = f"/api/v1/mailings/{number}"
        response["ETag"] = tag(made.version)
        return Status(201, whole(conn, made, actor))


def _told(step: chain.Step) -> dict[str, Any]:
    return {**step.__dict__, "follows": step.follows, "condition": step.condition, "delay": step.delay}
