"""Who is told of what: approvers, the author, operators, administrators, the platform's staff."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from penstock.mailing.states import State
from penstock.notices.kinds import Kind
from penstock.platform.database import sql


@dataclass(frozen=True)
class Person:
    """Somebody who is told. Their address is their identity."""

    email: str
    name: str


@dataclass(frozen=True)
class Circle:
    """Whom a kind of notice concerns: holders of these roles, the authors, the platform's staff."""

    roles: tuple[str, ...] = ()
    authors: bool = False
    platform: bool = False


def circle(kind: Kind, state: str | None) -> Circle:
    """Return whom `kind` concerns when the mailing is in `state`."""
    if kind in (Kind.TO_APPROVE, Kind.HELD):
        held = kind is Kind.HELD
        if state == State.IN_MODERATION:
            return Circle(platform=True, authors=held)
        return Circle(("approver",), authors=held)
    return {
        Kind.REJECTED: Circle(authors=True),
        Kind.CREDITS_SHORT: Circle(("administrator", "operator"), authors=True),
        Kind.INTERRUPTED: Circle(("operator",), authors=True),
        Kind.FINISHED: Circle(("operator",), authors=True),
        Kind.DOMAIN_FAILING: Circle(("administrator",)),
        Kind.DOMAIN_UNVERIFIED: Circle(("administrator", "operator")),
        Kind.WEBHOOK_DISABLED: Circle(("administrator",)),
        Kind.MAILBOX_FAILING: Circle(("administrator",)),
    }[kind]


def people(conn: psycopg.Connection[Any], account: int, whom: Circle, authors: list[str]) -> list[Person]:
    """Return the people of `whom`, each once. Where nobody has a role that is asked for, the administrators are told."""
    given = {
        "account": account,
        "roles": list(whom.roles),
        "platform": whom.platform,
        "identities": [name.lower() for name in authors] if whom.authors else [],
    }
    with conn.cursor(row_factory=class_row(Person)) as cursor:
        return cursor.execute(sql("penstock.notices", "concerned"), given).fetchall()
