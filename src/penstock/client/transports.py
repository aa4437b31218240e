"""The ways out: transports, their servers, how they fare, and trying them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Server(Model):
    """One server of a transport; `url` is without the password. Limits hold over all senders; None: no limit."""

    id: int
    place: int
    url: str
    has_password: bool
    weight: int
    connections: int
    connection_limit: int | None
    rate: float | None
    enabled: bool


class Transport(Model):
    """A way out; `url` and `has_password` are its first server's. `is_local`: all servers are on Penstock's machine."""

    id: int
    name: str
    url: str
    has_password: bool
    connections: int
    is_local: bool
    channel: str
    servers: list[Server]
    created_at: datetime


class ServerHealth(Model):
    """How a server fares: `state` is sound, shaky, aside (tried next at `retry_at`), unused or off."""

    id: int
    place: int
    url: str
    state: str
    senders: int
    open: int
    busy: int
    answered: int
    retry_at: datetime | None
    trouble: str | None
    troubled_at: datetime | None


class TransportHealth(Model):
    """How each server of a transport fares."""

    items: list[ServerHealth]


class Step(Model):
    """A step of a try, in words, with what to do where it went wrong."""

    name: str
    ok: bool
    text: str
    seconds: float
    cure: str


class Certificate(Model):
    """Whom a server's certificate names, and until when."""

    names: list[str]
    issuer: str
    not_after: datetime
    verified: bool


class TriedServer(Model):
    """What a try of one server found out."""

    id: int
    server: str
    ok: bool
    summary: str
    steps: list[Step]
    offers: list[str]
    size: int | None
    certificate: Certificate | None


class TriedTransport(Model):
    """What a try of each server found out."""

    items: list[TriedServer]


class ProviderHook(Model):
    """A provider's webhook: when it told something last, and what, and when it was not believed last, and why."""

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
    """A webhook with the address to enter at the provider, told this once."""

    url: str


class Transports(Resource):
    """`/transports`."""

    path = "/transports"

    def all(self) -> Pages[Transport]:
        """The transports of the account, by name."""
        return self._pages(Transport)

    def create(
        self, name: str, url: str | None = None, *, servers: Sequence[Mapping[str, Any]] | None = None
    ) -> Transport:
        """Make a transport of one server at `url`, or of several: {url, weight, rate, connection_limit, enabled}, each.

        The passwords stand in the addresses.
        """
        body = told(name=name, url=url, servers=None if servers is None else [dict(each) for each in servers])
        return self._one(Transport, "POST", body=body)

    def get(self, number: int) -> Transport:
        """One transport."""
        return self._one(Transport, "GET", f"/{number}")

    def edit(
        self, number: int, *,
        name: str | None = None, url: str | None = None, servers: Sequence[Mapping[str, Any]] | None = None,
    ) -> Transport:  # fmt: skip
        """Change a transport. `servers`: all of them in their order, with `id` those there are; what is left out stays."""
        body = told(name=name, url=url, servers=None if servers is None else [dict(each) for each in servers])
        return self._one(Transport, "PATCH", f"/{number}", body=body)

    def health(self, number: int) -> TransportHealth:
        """How each server fares, by what senders say of it."""
        return self._one(TransportHealth, "GET", f"/{number}/health")

    def test(self, number: int, *, server: int | None = None) -> TriedTransport:
        """Try the servers, or one, step by step. Nothing is sent."""
        return self._one(TriedTransport, "POST", f"/{number}/test", body=told(server=server))

    def delete(self, number: int) -> None:
        """Delete a transport that no mailing refers to."""
        self._ask("DELETE", f"/{number}")

    def hooks(self, number: int) -> Pages[ProviderHook]:
        """The addresses at which a transport's providers tell what became of messages."""
        return self._pages(ProviderHook, f"/{number}/hooks")

    def make_hook(
        self, number: int, provider: str | None = None, *, key: str | None = None
    ) -> MadeProviderHook:
        """Make a provider's webhook, or give the one there is another address. `key`: what its requests are signed with."""
        return self._one(MadeProviderHook, "POST", f"/{number}/hooks", body=told(provider=provider, key=key))

    def edit_hook(self, number: int, provider: str, key: str) -> ProviderHook:
        """Give a webhook the key that its requests are signed with."""
        return self._one(ProviderHook, "PATCH", f"/{number}/hooks/{provider}", body={"key": key})

    def remove_hook(self, number: int, provider: str) -> None:
        """Take a webhook away."""
        self._ask("DELETE", f"/{number}/hooks/{provider}")
