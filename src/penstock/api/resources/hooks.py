"""`/transports/{number}/hooks`: the addresses at which providers tell what became of messages. The secret in one is told once."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Router, Status
from pydantic import Field

from penstock.api.document import documented
from penstock.api.resources.asking import asked
from penstock.api.resources.paging import whole
from penstock.api.shapes import Account, Body, Id, Shown
from penstock.feedback.hooks import keeping

router = Router()

Provider = Annotated[
    str,
    Field(min_length=1, max_length=40, pattern="^[a-z_]+$", description="As in a server's URL: `postmark`."),
]
InPath = Annotated[str, Path(min_length=1, max_length=40, pattern="^[a-z0-9_-]+$")]
Key = Annotated[
    str,
    Field(
        min_length=1,
        max_length=keeping.LONGEST_KEY,
        description="What the provider signs its requests with, where it does. Goes in and never comes out.",
    ),
]


class NewHook(Body):
    """The provider whose webhook it is; it may be left out where the transport has one only."""

    provider: Provider | None = None
    key: Key | None = None


class HookKey(Body):
    """The key that the provider shows once the address was entered there."""

    key: Key


class ProviderHook(Shown):
    """A provider's webhook. `lacks_key`: nothing it tells is believed until the key is given.

    `last_at`, `last_kind`: when it told something last, and what; `refused_at`, `refused`: when it was not believed last, and why.
    """

    transport: int
    provider: str
    has_key: bool
    lacks_key: bool
    made_at: datetime
    made_by: str
    last_at: datetime | None
    last_kind: str | None
    refused_at: datetime | None
    refused: str | None


class MadeProviderHook(ProviderHook):
    """A webhook with the address to enter at the provider, shown this once."""

    url: str


class ProviderHookPage(Shown):
    """All webhooks of a transport."""

    items: list[ProviderHook]
    next_cursor: str | None


_SHOWN = {
    "transport": 1, "provider": "mailgun", "has_key": True, "lacks_key": False, "made_at": "2030-11-22T08:00:00Z", "made_by": "anna",
    "last_at": "2030-11-22T09:30:00Z", "last_kind": "delivered", "refused_at": None, "refused": None,
}  # fmt: skip
_MADE = {**_SHOWN, "url": "https://mail.example.org/hooks/1/u0m2jHq5XwV4nq0b8hG1yXkq3nP7zC9eT6sR2dA5fLw"}
_NEW = {"provider": "mailgun", "key": "a1b2c3d4e5f6"}


@router.get(
    "/{number}/hooks",
    response=ProviderHookPage,
    openapi_extra=documented({"items": [_SHOWN], "next_cursor": None}),
)
def list_provider_hooks(request: HttpRequest, number: Id, account: Account = None) -> Any:
    """What the providers of a transport tell at, and when each did last."""
    with asked(request, "transports:read") as ask:
        keeping.possible(*ask.given, number)  # 404 for another account's
        return whole(keeping.listed(*ask.given, number))


@router.post("/{number}/hooks", response={201: MadeProviderHook}, openapi_extra=documented(_MADE, body=_NEW))
def make_provider_hook(request: HttpRequest, number: Id, given: NewHook, account: Account = None) -> Any:
    """Make a provider's webhook, or give the one there is another address; the old one answers nobody any more."""
    with asked(request, "transports:write") as ask:
        made, url = keeping.make(*ask.given, number, actor=ask.actor, provider=given.provider, key=given.key)
    return Status(201, {name: getattr(made, name) for name in ProviderHook.model_fields} | {"url": url})


@router.patch(
    "/{number}/hooks/{provider}",
    response=ProviderHook,
    openapi_extra=documented(_SHOWN, body={"key": "a1b2c3d4e5f6"}),
)
def edit_provider_hook(
    request: HttpRequest, number: Id, provider: InPath, given: HookKey, account: Account = None
) -> Any:
    """Give a webhook the key that its requests are verified with."""
    with asked(request, "transports:write") as ask:
        return keeping.change(*ask.given, number, provider, key=given.key, actor=ask.actor)


@router.delete("/{number}/hooks/{provider}", response={204: None}, openapi_extra=documented())
def remove_provider_hook(request: HttpRequest, number: Id, provider: InPath, account: Account = None) -> Any:
    """Take a webhook away: its address answers nobody any more."""
    with asked(request, "transports:write") as ask:
        keeping.remove(*ask.given, number, provider, ask.actor)
        return Status(204, None)
