"""What an account is made of: tokens, people, policies, kill switches."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from penstock.client.models import Model
from penstock.client.pages import Pages
from penstock.client.resource import Resource, told


class Me(Model):
    """Who the token stands for."""

    name: str
    identity: str
    account: int | None
    roles: list[str]
    scopes: list[str]


class Token(Model):
    """A token, without its secret."""

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
    """A token just made, with its secret, which is shown this once."""

    secret: str


class Person(Model):
    """Somebody who signs in, with their roles in the account."""

    id: int
    email: str
    name: str
    is_active: bool
    roles: list[str]
    created_at: datetime


class Policy(Model):
    """A policy, what holds, and what it does."""

    name: str
    value: str | int | float | None
    default: str | int | float | None
    effect: str
    per_mailing: bool
    by_platform: bool


class Switch(Model):
    """A kill switch; `account` None: of every account."""

    id: int
    scope: str
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
    """A switch just put, and the mailings that it interrupted."""

    interrupted: list[int]


class Tokens(Resource):
    """`/tokens`."""

    path = "/tokens"

    def all(self, *, revoked: bool = False) -> Pages[Token]:
        """The tokens of the account, newest first."""
        return self._pages(Token, revoked="true" if revoked else None)

    def create(
        self, name: str, scopes: Sequence[str], *,
        person: int | None = None, expires_at: datetime | None = None, rate: float | None = None, burst: int | None = None,
    ) -> MadeToken:  # fmt: skip
        """Make a token that may do no more than this one."""
        until = expires_at.isoformat() if expires_at else None
        body = told(name=name, scopes=[*scopes], person=person, expires_at=until, rate=rate, burst=burst)
        return self._one(MadeToken, "POST", body=body)

    def get(self, number: int) -> Token:
        """One token."""
        return self._one(Token, "GET", f"/{number}")

    def revoke(self, number: int) -> None:
        """End a token, for good."""
        self._ask("DELETE", f"/{number}")


class People(Resource):
    """`/people`."""

    path = "/people"

    def all(self) -> Pages[Person]:
        """The people of the account, by address."""
        return self._pages(Person)

    def create(self, email: str, roles: Sequence[str], *, name: str = "") -> Person:
        """Add somebody, or give them these roles."""
        return self._one(Person, "POST", body={"email": email, "name": name, "roles": [*roles]})

    def get(self, number: int) -> Person:
        """One person."""
        return self._one(Person, "GET", f"/{number}")

    def set_roles(self, number: int, roles: Sequence[str]) -> Person:
        """Give somebody exactly these roles."""
        return self._one(Person, "PUT", f"/{number}/roles", body={"roles": [*roles]})

    def remove(self, number: int) -> None:
        """Take somebody out of the account."""
        self._ask("DELETE", f"/{number}")


class Policies(Resource):
    """`/policies`."""

    path = "/policies"

    def all(self) -> Pages[Policy]:
        """Every policy, with what holds in the account."""
        return self._pages(Policy)

    def change(self, changes: Mapping[str, str | float | None]) -> list[Policy]:
        """Set some policies and leave the others; None goes back to the default. All or none."""
        return [
            Policy.model_validate(each) for each in self._ask("PATCH", body=dict(changes)).json()["items"]
        ]


class Switches(Resource):
    """`/switches`."""

    path = "/switches"

    def all(self, *, lifted: bool = False) -> Pages[Switch]:
        """The kill switches that concern the account, newest first."""
        return self._pages(Switch, lifted="true" if lifted else None)

    def put(
        self, scope: str, reason: str, *,
        value: str = "", expires_at: datetime | None = None, key: str | None = None,
    ) -> PutSwitch:  # fmt: skip
        """Switch something off, now: all, account, channel, sender, domain or transport."""
        until = expires_at.isoformat() if expires_at else None
        body = told(scope=scope, value=value, reason=reason, expires_at=until)
        return self._one(PutSwitch, "POST", body=body, key=key, once=True)

    def get(self, number: int) -> Switch:
        """One switch."""
        return self._one(Switch, "GET", f"/{number}")

    def lift(self, number: int, reason: str) -> Switch:
        """End a switch."""
        return self._one(Switch, "POST", f"/{number}/lift", body={"reason": reason})
