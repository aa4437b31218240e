"""`/me`: who the token is."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from penstock.account import access
from penstock.api.authentication import actor_of
from penstock.api.document import documented
from penstock.api.shapes import Shown

router = Router()


class Me(Shown):
    """Who a token stands for. `account` null: every account (the platform's). `roles` are those in the life of a mailing."""

    name: str
    identity: str
    account: int | None
    roles: list[str]
    scopes: list[str]


_SHOWN = {
    "name": "shop", "identity": "anna@example.org", "account": 1, "roles": [], "scopes": ["contacts:read", "contacts:write"],
}  # fmt: skip


@router.get("", response=Me, openapi_extra=documented(_SHOWN))
def show_me(request: HttpRequest) -> Any:
    """Who this token is, and what it may."""
    actor = actor_of(request)
    return {
        "name": actor.name, "identity": actor.who, "account": actor.account, "roles": sorted(actor.roles),
        "scopes": sorted(access.granted(actor)),
    }  # fmt: skip
