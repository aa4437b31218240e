"""Credits over the API: what is there, what is planned, top-ups, the ledger."""

from datetime import datetime

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Balance(Model):
    """The credits of a channel. `in_use`: of those reserved, what mailings under way have spent by now."""

    channel: str
    counted: bool
    available: int
    reserved: int
    in_use: int
    spent: int
    topped_up: int


class CreditEntry(Model):
    """A line of the ledger; `remaining`: what was available after it."""

    id: int
    channel: str
    at: datetime
    kind: str
    available: int
    reserved: int
    spent: int
    remaining: int
    mailing: int | None
    actor: str
    door: str
    note: str
    reference: str | None


class ToppedUp(CreditEntry):
    """The entry of a top-up, and the interrupted mailings that can be resumed with it."""

    can_go_on: list[int]


class CreditHolding(Model):
    """A mailing that holds credits; `used` of those `reserved` are spent by now."""

    mailing: int
    name: str
    state: str
    reserved: int
    used: int


class CreditDemand(Model):
    """A planned mailing and what it will take; `left` below zero: so many are lacking."""

    mailing: int
    name: str
    state: str
    at: datetime | None
    needed: int | None
    exact: bool
    left: int
    recipients: int | None
    basis: str | None


class CreditStopped(Model):
    """A mailing interrupted for too few credits; `enough`: it can be resumed."""

    mailing: int
    name: str
    needed: int | None
    enough: bool


class CreditForecast(Model):
    """What planned mailings will take; `short`: the first that finds too few; `lacking`: for all of them."""

    channel: str
    counted: bool
    available: int
    lacking: int
    short: CreditDemand | None
    demands: list[CreditDemand]
    waiting: list[CreditStopped]


class Credits(Resource):
    """`/credits`."""

    path = "/credits"

    def all(self) -> Pages[Balance]:
        """The credits of every channel."""
        return self._pages(Balance)

    def entries(self, *, channel: str | None = None, limit: int | None = None) -> Pages[CreditEntry]:
        """The ledger, newest first."""
        return self._pages(CreditEntry, "/entries", channel=channel, limit=limit)

    def entry(self, number: int) -> CreditEntry:
        """One line of the ledger."""
        return self._one(CreditEntry, "GET", f"/entries/{number}")

    def top_up(
        self, amount: int, *, channel: str = "email", note: str = "", reference: str | None = None, key: str | None = None
    ) -> ToppedUp:  # fmt: skip
        """Add credits; for tokens of the platform. A `reference` counts once."""
        given = told(amount=amount, channel=channel, note=note, reference=reference)
        return self._one(ToppedUp, "POST", "/top-ups", body=given, key=key)

    def mailings(self, *, channel: str | None = None) -> Pages[CreditHolding]:
        """The mailings under way that hold credits."""
        return self._pages(CreditHolding, "/mailings", channel=channel)

    def forecast(self) -> Pages[CreditForecast]:
        """Which date credits run short, by channel."""
        return self._pages(CreditForecast, "/forecast")
