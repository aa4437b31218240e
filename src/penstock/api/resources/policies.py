"""`/policies`: what the account has decided."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Body as Given
from ninja import Router
from pydantic import Field, StrictFloat, StrictInt, StrictStr

from penstock.account import policies
from penstock.account.policy import RULES, Policy
from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import whole
from penstock.api.shapes import Account, Shown

router = Router()

Value = StrictStr | StrictInt | StrictFloat | None
Changes = Annotated[
    dict[
        Annotated[str, Field(max_length=50)],
        Annotated[StrictStr, Field(max_length=100)]
        | Annotated[StrictInt, Field(ge=-(2**31), lt=2**31)]
        | Annotated[StrictFloat, Field(ge=-(2**31), lt=2**31)]
        | None,
    ],
    Field(max_length=len(RULES)),
]


class PolicyInForce(Shown):
    """A policy: what holds, what it is without a choice, what it does, and who may differ from it or set it."""

    name: str
    value: Value
    default: Value
    effect: str
    per_mailing: bool
    by_platform: bool


class PolicyPage(Shown):
    """All policies."""

    items: list[PolicyInForce]
    next_cursor: str | None


_RULE = RULES["four_eyes"]
_SHOWN = {
    "name": "four_eyes", "value": "on", "default": _RULE.default, "effect": _RULE.effect, "per_mailing": _RULE.per_mailing,
    "by_platform": _RULE.by_platform,
}  # fmt: skip
_PAGE = {"items": [_SHOWN], "next_cursor": None}


def _shown(policy: Policy) -> dict[str, Any]:
    kept = ("name", "default", "effect", "per_mailing", "by_platform")
    return whole([
        {**{name: getattr(rule, name) for name in kept}, "value": getattr(policy, rule.name)} for rule in RULES.values()
    ])  # fmt: skip


@router.get("", response=PolicyPage, openapi_extra=documented(_PAGE))
def list_policies(request: HttpRequest, account: Account = None) -> Any:
    """Every policy, with what holds in the account."""
    with asked(request, "policies:read") as ask:
        return _shown(policies.read(*ask.given))


@router.patch("", response=PolicyPage, openapi_extra=documented(_PAGE, body={"four_eyes": "on"}))
def change_policies(request: HttpRequest, given: Given[Changes], account: Account = None) -> Any:
    """Set some policies and leave the others; null goes back to the default. All or none."""
    with asked(request, "policies:write") as ask:
        return _shown(policies.change(*ask.given, given, ask.actor))
