"""The API over real sockets: what only the server, the pool and the stream can get wrong."""

import csv
import io
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from penstock.account import tokens
from penstock.delivery.freeze import prepare
from penstock.report.ledger import count_states
from tests.acceptance.api.conftest import MAKER, Web
from tests.integration.delivery import stage
from tests.postgres import at

MESSAGE = {"sender": "News <news@example.org>", "subject": "s", "text": "t"}
NEW = {"name": "n", "message": MESSAGE, "audience": {"list": 1}}


def test_head_is_get_without_its_body(web: Web) -> None:
    got, head = web.ask("GET", "/mailings/1"), web.ask("HEAD", "/mailings/1")
    assert head.status_code == got.status_code == 200
    assert head.content == b""
    assert head.headers["etag"] == got.headers["etag"]
    assert head.headers["content-length"] == str(len(got.content))


def test_a_message_as_large_as_may_be_and_nothing_beyond(web: Web) -> None:
    large = {**NEW, "message": {**MESSAGE, "text": ("ä" * 70 + "\n") * 7_000}}
    made = web.ask("POST", "/mailings", json=large)
    assert made.status_code == 201, made.text[:300]
    shown = web.ask("GET", f"/mailings/{made.json()['id']}").json()
    assert shown["message"]["text"] == large["message"]["text"]
    refused = web.ask("POST", "/mailings", json={**NEW, "message": {**MESSAGE, "text": "x" * 1_100_000}})
    assert (refused.status_code, refused.json()["code"]) == (422, "message_too_large")
    refused = web.ask("POST", "/mailings", json={**NEW, "message": {**MESSAGE, "text": "x" * 13_000_000}})
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_body_that_comes_in_chunks(web: Web) -> None:
    answer = web.ask(
        "POST", "/mailings/1/copy", content=iter([b'{"dry_', b'run": true}']), headers={"Content-Type": "application/json"}
    )  # fmt: skip
    assert answer.json()["dry_run"] is True


@pytest.mark.behaviour("B1")
def test_an_export_is_whole(web: Web) -> None:
    with psycopg.connect(web.database, autocommit=True) as conn:
        mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "many", 40_000)))
        prepare(conn, mailing)
        wanted = count_states(conn, mailing)
    answer = web.ask("GET", f"/mailings/{mailing}/ledger", headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    assert answer.headers["transfer-encoding"] == "chunked"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len({row["address"] for row in rows}) == len(rows) == wanted["waiting"] == 40_000


def test_more_requests_than_connections(web: Web) -> None:
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda n: web.ask("GET", f"/mailings/{n % 8 + 1}"), range(80)))
    assert {answer.status_code for answer in answers} == {200}


def test_connections_that_were_cut_are_replaced(web: Web) -> None:
    assert web.ask("GET", "/queue").status_code == 200
    with psycopg.connect(web.database, autocommit=True) as conn:
        cut = conn.execute(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where application_name = 'penstock api' and datname = current_database()"
        ).fetchone()
        assert cut is not None
        assert cut[0] > 0
    assert web.ask("GET", "/queue").status_code == 200


def _refused(web: Web) -> httpx.Response | None:
    answer = web.ask("GET", "/queue")
    return None if answer.status_code == 200 else answer


def test_while_the_database_is_away_it_is_503(web: Web) -> None:
    name = psycopg.conninfo.conninfo_to_dict(web.database)["dbname"]
    with psycopg.connect(at(web.database, "postgres"), autocommit=True) as conn:
        conn.execute(f"alter database {name} allow_connections false")
        try:
            conn.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
            answer = stage.eventually(lambda: _refused(web), seconds=60)
        finally:
            conn.execute(f"alter database {name} allow_connections true")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "5"
    assert stage.eventually(lambda: web.ask("GET", "/queue").status_code == 200)


def test_who_asks_too_often_waits_as_long_as_is_said(web: Web) -> None:
    with psycopg.connect(web.database, autocommit=True) as conn:
        slow = tokens.create(
            conn, account=1, name="slow", scopes=["mailings:read"], actor=MAKER, rate=0.2, burst=3
        ).secret
    asker = Web(web.base, slow, web.database, web.log)
    answers: list[httpx.Response] = [asker.ask("GET", "/queue") for _ in range(6)]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert answers[0].headers["ratelimit-policy"] == '"token";q=3'
    assert re.fullmatch(r'"token";r=2;t=\d+', answers[0].headers["ratelimit"])
    refused = answers[-1]
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many_requests"
    began, wait = time.monotonic(), int(refused.headers["retry-after"])
    assert stage.eventually(lambda: asker.ask("GET", "/queue").status_code == 200, every=0.2)
    assert wait - 2 <= time.monotonic() - began


def test_the_server_header_says_nothing(web: Web) -> None:
    headers = web.ask("GET", "/queue").headers
    assert "server" not in headers
    assert headers["cache-control"] == "no-store"
