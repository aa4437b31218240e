"""An account with people, mailings brought into states, receivers of webhooks: what the tests of notices begin with."""

import json
import os
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg

from penstock.account import people
from penstock.mailing import control
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.notices import watching
from tests.integration.delivery.stage import add_contacts, draft

ROOT = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")


def person(
    conn: psycopg.Connection[Any], name: str, *roles: str, account: int = 1, platform: bool = False
) -> Actor:
    """Somebody of the account, and how they act."""
    email = f"{name}@example.org"
    people.create(
        conn, email=email, name=name.title(), account=account, roles=roles, platform=platform, actor=ROOT
    )
    return Actor(name.title(), frozenset(roles), "web", account, email)


def team(conn: psycopg.Connection[Any]) -> dict[str, Actor]:
    """One of each role, and an administrator."""
    person(conn, "first", "administrator")
    names = {"ada": "author", "paul": "approver", "olga": "operator"}
    return {role: person(conn, name, role) for name, role in names.items()} | {
        "platform": person(conn, "petra", platform=True)
    }


def submitted(conn: psycopg.Connection[Any], author: Actor, **plan: Any) -> int:
    """A mailing that `author` wrote and submitted."""
    mailing = draft(conn, add_contacts(conn, "everybody", 2))
    control.command(conn, mailing, "edit", author, changes={"name": "Spring news"})
    control.command(conn, mailing, "submit", author, plan=plan or {"kind": "later"}, confirm=True)
    return mailing


def told(conn: psycopg.Connection[Any]) -> list[tuple[str, list[str]]]:
    """Every notice in its order, with whom it was told to."""
    rows = conn.execute(
        "select n.kind, array(select split_part(identity, '@', 1) from notices_copy c where c.notice_id = n.id order by 1)"
        " from notices_notice n order by n.id"
    ).fetchall()
    return [(kind, names) for kind, names in rows]


def read(conn: psycopg.Connection[Any]) -> list[tuple[str, list[str]]]:
    """Let the loop turn once; then `told`."""
    watching.turn(conn)
    return told(conn)


@dataclass
class Receiver:
    """A program that is told: what it answers, and what it heard."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"thank you"
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""
    tls: ssl.SSLContext | None = None

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.heard]


@contextmanager
def receiver(**answers: Any) -> Iterator[Receiver]:
    """Run a receiver on loopback."""
    it = Receiver(**answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            it.heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(it.status)
            for name, value in {"Content-Length": str(len(it.body)), **it.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(it.body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if it.tls:
        server.socket = it.tls.wrap_socket(server.socket, server_side=True)
    it.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def process(program: str) -> Iterator[subprocess.Popen[str]]:
    """Run a Python program beside the test, on its database; killed at the end if it still runs."""
    child = subprocess.Popen(
        [sys.executable, "-c", program],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()
