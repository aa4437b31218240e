"""`penstock web` on a free port, or the room's pages in this process; on a database of the module's own."""

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import commands
from tests.browser.desk import Desk
from tests.waiting import answers


@pytest.fixture(scope="module")
def weblog(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `web` writes what it has to say."""
    return tmp_path_factory.mktemp("web") / "log"


@pytest.fixture(scope="module")
def port(module_database: str, weblog: Path) -> Iterator[int]:
    """The port on which it answers."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        number = free.getsockname()[1]
    with weblog.open("wb") as out:
        process = commands.begin_web(number, out, PENSTOCK_DATABASE_URL=module_database)
    try:
        answers(process, number)
        yield number
    finally:
        process.terminate()
        assert process.wait(15) == 0


class Visitor:
    """Somebody signed in, through Django's test client: `get`, `post` (as their browser sends a form) and the page's text."""

    def __init__(self, email: str) -> None:
        from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
        from django.test import Client

        from penstock.account.models import Person

        self.email = email
        self.client = Client(raise_request_exception=True, SERVER_NAME="127.0.0.1")
        person = Person.objects.get(email=email)
        session = self.client.session
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()

    def get(self, path: str, **headers: str) -> Any:
        """The answer to a GET; `HX_Request="true"` asks for a part as a script does."""
        return self.client.get(path, headers=_named(headers))

    def post(self, path: str, fields: dict[str, Any] | None = None, **headers: str) -> Any:
        """The answer to a form sent."""
        return self.client.post(path, fields or {}, headers=_named(headers))

    def text(self, path: str, status: int = 200) -> str:
        """The text of a page, which must have answered with this status."""
        answer = self.get(path)
        assert answer.status_code == status, f"{answer.status_code} at {path}: {answer.content[:500]!r}"
        return str(answer.content.decode())


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture(scope="module")
def pages(module_database: str) -> Iterator[psycopg.Connection[Any]]:
    """Django in this process on the module's database; gives a connection to it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penstock.platform.settings")
    # A browser driven in this process before left its event loop running, in which nothing of Django's runs.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    import django

    django.setup()
    from django.conf import settings as in_force
    from django.db import connections as orm

    from penstock.platform import connections, environment, settings

    in_force.SECRET_KEY = environment.derived_key(
        "django"
    ).hex()  # that of the home that servers of these tests have
    orm["default"].close()
    before = dict(orm["default"].settings_dict)
    orm["default"].settings_dict.update(settings._database(module_database))
    with psycopg.connect(module_database, autocommit=True) as conn:
        yield conn
    connections.close()
    orm["default"].close()
    orm["default"].settings_dict.update(before)
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def desk(pages: psycopg.Connection[Any]) -> Desk:
    """An account of the test's own, with mailings in any state (tests.browser.desk)."""
    return Desk(pages, "smtp://127.0.0.1:2525?tls=none")


@pytest.fixture
def visitor(desk: Desk) -> Callable[..., Visitor]:
    """`visitor("approver")`: somebody with these roles in the desk's account (all four without any), signed in."""

    def make(*roles: str, of: Desk | None = None, platform: bool = False) -> Visitor:
        return Visitor((of or desk).person(*roles, platform=platform))

    return make
