"""How fast things may go: limits of accounts, transports and destination domains, and what a mailing may at most."""

from datetime import datetime

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Limit(Model):
    """A limit over all senders and mailings; `account` None: put by the platform. `per_second`: the rate as a number."""

    id: int
    scope: str
    account: int | None
    value: str
    rate: str | None
    per_second: float | None
    connections: int | None
    made_by: str
    made_at: datetime


class Spared(Model):
    """A destination domain that refuses much for now: it is asked `rate` messages a second until `until`, then more again."""

    transport: int
    domain: str
    rate: float
    usual: float
    since: datetime
    until: datetime
    refused: int
    reply: str


class Speed(Model):
    """What a mailing may at most, None: no limit of its own; and what its messages may have to wait for, in words."""

    rate: float | None
    connections: int | None
    waits: list[str]


class Limits(Resource):
    """`/limits`."""

    path = "/limits"

    def all(self) -> Pages[Limit]:
        """The limits that concern the account, those of the platform first."""
        return self._pages(Limit)

    def put(
        self, scope: str, value: str = "", *, rate: str | None = None, connections: int | None = None
    ) -> Limit:
        """Set a limit from now on: of the account, a transport (its number), or a domain; "100/s", "5000/min", "1000/h"."""
        body = told(scope=scope, value=value, rate=rate, connections=connections)
        return self._one(Limit, "POST", body=body)

    def get(self, number: int) -> Limit:
        """One limit."""
        return self._one(Limit, "GET", f"/{number}")

    def remove(self, number: int) -> None:
        """Take a limit away, from now on."""
        self._ask("DELETE", f"/{number}")

    def spared(self) -> Pages[Spared]:
        """The destination domains that are asked less for now, because they refuse much."""
        return self._pages(Spared, "/spared")
