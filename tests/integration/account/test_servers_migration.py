"""A database of before transports had several servers: each keeps its one, with its password and limits."""

import os
import subprocess
import sys

import psycopg

from penstock.account import transports
from penstock.mailing.actor import EVERY_ROLE, Actor

ANNA = Actor("anna", EVERY_ROLE, "cli")


def django(*arguments: str) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "penstock.platform.settings"}
    subprocess.run(
        [sys.executable, "-m", "django", *arguments], env=os.environ | settings, check=True, timeout=100
    )


def test_what_was_a_transports_own_is_its_first_servers(database: str, conn: psycopg.Connection) -> None:
    url = "smtp://me:hush@mail.example.org?connections=7"
    number = transports.create(conn, 1, name="relay", given=[{"url": url, "rate": 2.5}], actor=ANNA).id
    django("migrate", "account", "0004", "-v", "0")
    found = conn.execute(
        "select id, url, secret is not null, connections, rate from account_transport"
    ).fetchall()
    assert found == [(number, "smtp://me@mail.example.org?connections=7", True, 7, 2.5)]
    django("migrate", "account", "-v", "0")
    relay = transports.find(conn, 1, number)
    (server,) = relay.servers
    assert (server.place, server.rate, server.weight, server.connections, server.enabled) == (
        1,
        2.5,
        1,
        7,
        True,
    )
    assert transports.load(conn, number) == url
    assert transports.store(conn, 1, url) == number
