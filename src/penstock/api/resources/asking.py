"""What every endpoint here begins with: who asks, whether they may, and about which account."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from django.http import HttpRequest

from penstock.account import access
from penstock.api.authentication import account_of, actor_of
from penstock.api.problems import Problem
from penstock.mailing.actor import Actor
from penstock.platform.connections import connection


@dataclass(frozen=True)
class Asked:
    """A request that may be answered: a connection, the account that it is about, and who asks."""

    conn: psycopg.Connection[Any]
    account: int
    actor: Actor

    @property
    def given(self) -> tuple[psycopg.Connection[Any], int]:
        """The first two arguments of a room's function."""
        return self.conn, self.account


@contextmanager
def asked(request: HttpRequest, scope: str) -> Iterator[Asked]:
    """Lend what the endpoint needs. Raises access.Forbidden without the scope, Problem for an account that is not there."""
    actor = actor_of(request)
    access.require(actor, scope)
    account = account_of(request)
    with connection() as conn:
        if actor.account is None:
            _require_account(conn, account)
        yield Asked(conn, account, actor)


@contextmanager
def asked_of_all(request: HttpRequest, scope: str) -> Iterator[tuple[Asked, int | None]]:
    """As `asked`; a token of the platform that names no account means all of them (None)."""
    actor = actor_of(request)
    if actor.account is None and "account" not in request.GET:
        access.require(actor, scope)
        with connection() as conn:
            yield Asked(conn, 0, actor), None
    else:
        with asked(request, scope) as ask:
            yield ask, ask.account


def _require_account(conn: psycopg.Connection[Any], account: int) -> None:
    """A token of the platform can name any number."""
    if conn.execute("select from account_account where id = %s", (account,)).fetchone() is None:
        words = f"There is no account {account}."
        raise Problem(422, "account_unknown", words, errors=[{"parameter": "account", "detail": words}])
