"""What of a mailing goes when: every batch and zone, before it is planned and while it is sent."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from penstock.account import access
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.mailings import examples
from penstock.api.mailings.given import PlanToForesee
from penstock.api.mailings.shapes import Timeline
from penstock.api.mailings.showing import found
from penstock.api.shapes import Id
from penstock.platform.connections import connection
from penstock.report import outlook

router = Router()


@router.get("/{mailing}/timeline", response=Timeline, openapi_extra=documented(examples.TIMELINE))
def show_timeline(request: HttpRequest, mailing: Id) -> Any:
    """What goes when: its packages, once its audience is frozen, with how far they are; else what its plan would mean now."""
    return _outlook(request, mailing, None)


@router.post(
    "/{mailing}/timeline",
    response=Timeline,
    openapi_extra=documented(
        {**examples.TIMELINE, "running": False},
        body={
            "plan": {
                "kind": "at",
                "at": "2030-12-01T09:00",
                "local": True,
                "batches": {"size": 5000},
                "interval": "1h",
            }
        },
    ),
)
def foresee_timeline(request: HttpRequest, mailing: Id, given: PlanToForesee) -> Any:
    """What would go when by this plan; nothing is changed. Of one that has ended: for those whom it did not reach."""
    return _outlook(request, mailing, given.plan.model_dump(exclude_none=True))


def _outlook(request: HttpRequest, mailing: int, plan: dict[str, Any] | None) -> dict[str, Any]:
    actor = actor_of(request)
    access.require(actor, "mailings:read")
    with connection() as conn:
        return outlook.of_mailing(conn, found(conn, actor, mailing), plan).figures()
