"""The API in this process: Django's test client against a fresh database, with a token of every role."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penstock.platform.settings")


class Api:
    """Asks as the bearer of one token; answers are Django's responses."""

    def __init__(self, token: str | None) -> None:
        from django.test import Client

        self._client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
        self._token = token

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self._token:
            sent = {"Authorization": f"Bearer {self._token}", **sent}
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        kind = sent.pop("Content-Type", "application/json")
        address = path if path.startswith("/api") else f"/api/v1{path}"
        return self._client.generic(method, address, raw, content_type=kind, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.ask("DELETE", path, **headers)


def make_token(conn: psycopg.Connection[Any], *scopes: str, account: int | None = 1) -> str:
    """A token with these roles or scopes, made as on the command line; each counts as a person of its own."""
    from penstock.account import tokens
    from penstock.mailing.actor import EVERY_ROLE, Actor

    row = conn.execute("select count(*) from account_token").fetchone()
    assert row
    maker = Actor("anna", EVERY_ROLE | {"platform"}, "cli")
    made = tokens.create(conn, account=account, name=f"token {row[0] + 1}", scopes=list(scopes), actor=maker)
    return made.secret


@pytest.fixture
def bearer(conn: psycopg.Connection[Any]) -> Callable[..., Api]:
    """`bearer("author")`: somebody with a token of these roles or scopes."""

    def make(*scopes: str, account: int | None = 1) -> Api:
        return Api(make_token(conn, *scopes, account=account))

    return make


@pytest.fixture
def api(bearer: Callable[..., Api], closing: None) -> Api:
    """Somebody who may do everything in account 1."""
    return bearer("administrator")


@pytest.fixture
def closing(database: str) -> Iterator[None]:
    """Django set up; the connections of the API closed when the test ends."""
    import django

    django.setup()
    from penstock.platform import connections

    yield
    connections.close()


@pytest.fixture
def stranger() -> Api:
    """Somebody without a token."""
    return Api(None)
