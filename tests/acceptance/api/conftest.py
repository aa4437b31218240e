"""A real `penstock web` on loopback, with an account that has some of everything."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from penstock.account import domains, tokens
from penstock.mailing.actor import EVERY_ROLE, Actor
from tests import commands, nameserver
from tests.integration.delivery import stage
from tests.waiting import answers

MAKER = Actor("anna", EVERY_ROLE | {"platform"}, "cli")


@dataclass
class Web:
    """Where it answers, with whose token, on which database, and what it has to say for itself."""

    base: str
    token: str
    database: str
    log: Path

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return httpx.request(method, f"{self.base}/api/v1{path}", headers=headers, timeout=90, **more)


@pytest.fixture(scope="module")
def dns() -> Iterator[nameserver.Nameserver]:
    """The DNS server that is asked, so that no test asks about the names of others."""
    with nameserver.running() as server:
        yield server


@pytest.fixture(scope="module")
def web(
    module_database: str, dns: nameserver.Nameserver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Web]:
    """`penstock web`, and mailings in many states behind it."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        token = tokens.create(
            conn, account=1, name="tests", scopes=["author", "approver", "operator", "administrator"], actor=MAKER,
            rate=10_000, burst=100_000,
        ).secret  # fmt: skip
        furnish(conn)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    log = tmp_path_factory.mktemp("web") / "log"
    with log.open("wb") as out:
        given = {"PENSTOCK_DATABASE_URL": module_database, "PENSTOCK_DNS": dns.address}
        process = commands.begin_web(port, out, **given)
    try:
        answers(process, port)
        yield Web(f"http://127.0.0.1:{port}", token, module_database, log)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def furnish(conn: psycopg.Connection[Any]) -> None:
    """Mailings 1 to 8 in as many states, and a sending domain; nobody sends here."""
    domains.create(conn, 1, name="example.org", actor=MAKER)
    readers = stage.add_contacts(conn, "readers", 12)
    paths: list[list[tuple[str, dict[str, Any]]]] = [
        [],
        [("submit", {"plan": {"kind": "later"}})],
        [("submit", {"plan": {"kind": "later"}}), ("approve", {})],
        [("submit", {"plan": {"kind": "sequence"}, "confirm": True}), ("approve", {})],
        [("submit", {"plan": {"kind": "at", "at": "2040-01-01T00:00Z"}, "confirm": True}), ("approve", {})],
        [("submit", {"plan": {"kind": "later"}}), ("approve", {}), ("pause", {})],
        [("submit", {"plan": {"kind": "later"}}), ("reject", {"reason": "wrong price"})],
        [("submit", {"plan": {"kind": "later"}}), ("approve", {}), ("cancel", {"reason": "wrong date"})],
    ]
    for path in paths:
        mailing = stage.draft(conn, readers)
        for name, arguments in path:
            stage.command(conn, mailing, name, **arguments)
