"""Messages that people send by SMS: kept once, for the account whose transport they came by."""

from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from penstock.account import transports

Conn = psycopg.Connection[Any]
NUMBER = "+33612345678"


def server_of(conn: Conn, transport: int) -> int:
    row = conn.execute("select min(id) from account_server where transport_id = %s", (transport,)).fetchone()
    assert row
    return int(row[0])


def short_in(conn: Conn, *messages: dict[str, Any]) -> int:
    row = conn.execute("select feedback_short_in(%s)", (Jsonb(list(messages)),)).fetchone()
    assert row
    return int(row[0])


def test_a_message_is_kept_for_the_account_whose_server_it_came_by_and_once(conn: Conn) -> None:
    transport = transports.store(conn, 1, "smtp://127.0.0.1:1")
    server = server_of(conn, transport)
    told = {"server": server, "number": NUMBER, "to": "36180", "text": "STOP", "at": "2026-11-22T10:00:00Z"}
    assert short_in(conn, told, told) == 1
    assert short_in(conn, told, {**told, "at": "2026-11-22T10:00:01Z"}) == 1  # said again is another one
    keyed = {"transport": transport, "number": NUMBER, "text": "Hello", "key": "SM1"}
    assert (short_in(conn, keyed), short_in(conn, keyed)) == (1, 0)
    bare = {"server": server, "number": NUMBER, "text": "Hello"}
    assert (short_in(conn, bare), short_in(conn, bare)) == (1, 1)  # nothing says that it is the same
    assert short_in(conn, {**told, "server": 0}, {**told, "number": ""}) == 0  # nobody's, and by nobody
    rows = conn.execute(
        "select account, transport, number, addressee, text, noted_at from feedback_message order by id"
    ).fetchall()
    assert rows[0] == (1, transport, NUMBER, "36180", "STOP", None)
    assert len(rows) == 5
