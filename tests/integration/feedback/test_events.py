"""What people did is noted once, of those whom it is about, and goes when they are erased."""

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from penstock.content.links import tokens
from penstock.feedback import events
from penstock.feedback.unsubscribe import unsubscribe
from penstock.personal import erasure
from penstock.platform import environment
from tests.integration.delivery.stage import ANNA, add_contacts, draft

Conn = psycopg.Connection[Any]


@pytest.fixture
def reader(conn: Conn) -> int:
    add_contacts(conn, "readers", 1)
    return int(conn.execute("select id from audience_contact").fetchone()[0])  # type: ignore[index]


@pytest.fixture
def mailing(conn: Conn, reader: int) -> int:
    """A mailing whose first recipient is the reader."""
    number = draft(conn, 1)
    conn.execute(
        "insert into delivery_recipient (mailing, seq, contact, package, normal)"
        " values (%s, 1, %s, 1, 'reader1@example.net')",
        (number, reader),
    )
    return number


def told(conn: Conn) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select contact, kind, name, mailing, seq, data from feedback_event order by id"
    ).fetchall()


def test_an_event_comes_once_for_its_key(conn: Conn, reader: int) -> None:
    yesterday = datetime(2026, 1, 1, tzinfo=UTC)
    assert events.record(conn, 1, reader, "purchase", at=yesterday, data={"euro": "7"}, key="order 1")
    assert not events.record(conn, 1, reader, "purchase", data={"euro": "8"}, key="order 1")
    assert events.record(conn, 1, reader, "purchase")
    assert told(conn) == [
        (reader, "custom", "purchase", None, None, {"euro": "7"}),
        (reader, "custom", "purchase", None, None, None),
    ]


def test_what_a_recipient_did_is_noted_with_the_mailing(conn: Conn, reader: int, mailing: int) -> None:
    assert events.record_of_recipient(conn, mailing, 1, "complained", data={"type": "abuse"})
    assert not events.record_of_recipient(conn, mailing, 2, "complained"), "there is no such recipient"
    assert told(conn) == [(reader, "complained", None, mailing, 1, {"type": "abuse"})]
    for kind in events.OF_MESSAGES:  # the database knows every kind that may be told
        assert events.record_of_recipient(conn, mailing, 1, kind)


def test_who_unsubscribes_is_noted_once(conn: Conn, reader: int, mailing: int) -> None:
    token = tokens(mailing, 1, environment.link_key())[1].decode()
    assert [unsubscribe(conn, token), unsubscribe(conn, token)] == [True, False]
    assert told(conn) == [(reader, "unsubscribed", None, mailing, 1, {"door": "link"})]


def test_erased_contacts_leave_what_the_mailing_counts(conn: Conn, reader: int, mailing: int) -> None:
    events.record(conn, 1, reader, "purchase", data={"euro": "7"})
    events.record_of_recipient(conn, mailing, 1, "clicked", data={"link": 2, "browser": "Lynx"})
    erasure.erase(conn, 1, reader, ANNA)
    ((contact, *kept),) = told(conn)
    assert kept == ["clicked", None, mailing, 1, {"link": 2}]
    assert conn.execute("select contact from delivery_recipient").fetchall() == [(contact,)]
    assert contact < 0
