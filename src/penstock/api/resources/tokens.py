"""`/tokens`: how programs get in. The secret is in the answer that makes one, and nowhere else."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status
from pydantic import Field

from penstock.account import tokens
from penstock.account.access import ROLES, SCOPES
from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import whole
from penstock.api.resources.times import Instant
from penstock.api.shapes import Account, Body, Id, Number, Shown

router = Router()

Revoked = Annotated[bool, Query(description="Those that were revoked as well.")]
Scopes = Annotated[
    list[Annotated[str, Field(max_length=50)]],
    Field(
        min_length=1,
        max_length=100,
        description=f"Roles ({', '.join(ROLES)}) or scopes: {', '.join(SCOPES)}.",
    ),
]


class NewToken(Body):
    """A token that may do no more than its maker. With `person`, for whom the platform alone makes it, it is theirs: it never does
    more than they may."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Scopes
    person: Number | None = None
    expires_at: Instant | None = None
    rate: Annotated[
        float, Field(gt=0, le=10_000, strict=False, description="Requests a second, in the long run.")
    ] = tokens.RATE
    burst: Annotated[int, Field(ge=1, le=100_000, description="Requests at once after a pause.")] = (
        tokens.BURST
    )


class Token(Shown):
    """A token, without its secret, which nobody has any more."""

    id: int
    name: str
    scopes: list[str]
    person: str | None
    identity: str
    rate: float
    burst: int
    made_by: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeToken(Token):
    """A token just made: `secret` is what requests carry as their bearer, and is shown this once."""

    secret: str


class TokenPage(Shown):
    """All tokens of the account."""

    items: list[Token]
    next_cursor: str | None


_SHOWN = {
    "id": 2, "name": "shop", "scopes": ["contacts:read", "contacts:write"], "person": None, "identity": "anna@example.org",
    "rate": 50.0, "burst": 200, "made_by": "Anna", "made_at": "2030-11-22T08:00:00Z", "expires_at": None, "last_used_at": None,
    "revoked_at": None,
}  # fmt: skip
_MADE = {**_SHOWN, "secret": "pst_…"}
_NEW = {"name": "shop", "scopes": ["contacts:read", "contacts:write"]}


@router.get("", response=TokenPage, openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}))
def list_tokens(request: HttpRequest, revoked: Revoked = False, account: Account = None) -> Any:
    """The tokens of the account, newest first."""
    with asked(request, "tokens:read") as ask:
        return whole(tokens.listed(*ask.given, revoked=revoked))


@router.post("", response={201: MadeToken}, openapi_extra=documented(_MADE, body=_NEW))
def create_token(
    request: HttpRequest, response: HttpResponse, given: NewToken, account: Account = None
) -> Any:
    """Make a token. There is no repeating under an idempotency key: the secret is stored nowhere."""
    with asked(request, "tokens:write") as ask:
        made = tokens.create(ask.conn, account=ask.account, actor=ask.actor, **given.model_dump())
        response["Location"] = f"/api/v1/tokens/{made.token.id}"
        return Status(201, {**made.token.__dict__, "secret": made.secret})


@router.get("/{number}", response=Token, openapi_extra=documented(_SHOWN))
def show_token(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """One token."""
    with asked(request, "tokens:read") as ask:
        return tokens.find(*ask.given, number)


@router.delete("/{number}", response={204: None}, openapi_extra=documented())
def revoke_token(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """End a token, at once and for good. It stays among those that were revoked."""
    with asked(request, "tokens:write") as ask:
        tokens.revoke(*ask.given, number, ask.actor)
        return Status(204, None)
