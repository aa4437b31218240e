"""/metrics over a real socket: what it shows, to whom, and what it does when the database is away."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from penstock.account import tokens
from penstock.delivery import freeze
from penstock.mailing import control
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.report import metrics
from tests import commands
from tests.integration.delivery.stage import add_contacts, draft, launch
from tests.waiting import answers, eventually

ROOT = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
Samples = dict[tuple[str, ...], float]


@contextmanager
def web(**environment: str) -> Iterator[int]:
    """Run `penstock web`; its port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = commands.begin_web(port, **environment)
    try:
        answers(process, port)
        yield port
    finally:
        process.terminate()
        assert process.wait(20) == 0


def ask(port: int, path: str = "/metrics", **headers: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def samples(text: str) -> Samples:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_shown(conn: psycopg.Connection) -> None:
    listed = add_contacts(conn, "everybody", 7)
    mailing = launch(conn, draft(conn, listed))
    freeze.prepare(conn, mailing)
    draft(conn, listed)
    control.command(conn, mailing, "pause", ROOT)
    with web() as port:
        status, text = ask(port)
        assert status == 200
        found = samples(text)
        ask(port, "/u/no-such-token")
        ask(port, "/made/up")
        later = samples(ask(port)[1])
    assert found["penstock_up",] == 1
    assert found["penstock_mailings", "paused"] == found["penstock_mailings", "draft"] == 1
    assert found["penstock_mailings", "sent"] == 0
    assert found["penstock_recipients", "waiting"] == 7
    assert found["penstock_outcomes_total",] == 0
    assert found["penstock_senders",] == 0
    assert found["penstock_journal_unread",] > 0
    assert later["penstock_http_request_seconds_count", "GET", "/u/<str:token>", "404"] == 1
    assert later["penstock_http_request_seconds_count", "GET", "none", "404"] == 1
    named = {name.removesuffix("_total") for name, *_ in found}
    assert {f"penstock_{family.name}".removesuffix("_total") for family in metrics.FAMILIES} <= named | {
        "penstock_jobs", "penstock_notice_mails",
    }, "what is counted by label shows when there is something to count"  # fmt: skip


def test_with_a_public_address_only_a_token_opens(conn: psycopg.Connection) -> None:
    def token(*scopes: str) -> str:
        return tokens.create(conn, account=None, name=str(scopes), scopes=list(scopes), actor=ROOT).secret

    public = {"PENSTOCK_BASE_URL": "https://mail.example.org", "PENSTOCK_METRICS_TOKEN": "of-the-environment"}
    with web(**public) as port:
        assert ask(port)[0] == 401
        assert ask(port, Host="mail.example.org")[0] == 401
        assert ask(port, Authorization="Bearer wrong")[0] == 401
        assert ask(port, Authorization="Basic b2Y6dGhl")[0] == 401
        assert ask(port, Authorization="Bearer of-the-environment")[0] == 200
        assert ask(port, Authorization=f"Bearer {token('metrics:read')}", Host="10.0.0.7:8025")[0] == 200
        assert ask(port, Authorization=f"Bearer {token('mailings:read')}")[0] == 403


def test_on_this_machine_what_a_proxy_passes_on_is_not_local(database: str) -> None:
    with web() as port:
        assert ask(port)[0] == 200
        for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"):
            assert ask(port, **{name: "127.0.0.1"})[0] == 401, name
        assert ask(port, Authorization="Bearer wrong")[0] == 401


def test_the_rest_is_shown_while_the_database_is_away(
    conn: psycopg.Connection, database: str, server: str
) -> None:
    with web() as port:
        name = conn.execute("select current_database()").fetchone()[0]
        with psycopg.connect(server, autocommit=True) as other:
            other.execute(f"alter database {name} allow_connections false")
            try:
                status, text = ask(port)
            finally:
                other.execute(f"alter database {name} allow_connections true")
    assert status == 200
    assert samples(text)["penstock_up",] == 0


@pytest.mark.parametrize("family", metrics.FAMILIES, ids=lambda family: family.name)
def test_names_are_as_prometheus_wants_them(family: metrics.Family) -> None:
    assert family.counter == family.name.endswith("_total")
    assert family.help.endswith(".")


def test_ready_means_that_the_tables_are_this_versions(conn: psycopg.Connection) -> None:
    with web() as port:
        eventually(lambda: ask(port, "/readyz") == (200, "ok\n"))  # as soon as the pages are loaded, too
        conn.execute("update penstock_schema set fingerprint = 'of another version'")
        status, text = ask(port, "/readyz")
        assert (status, ask(port, "/healthz")[0]) == (503, 200)
        assert "penstock migrate" in text
