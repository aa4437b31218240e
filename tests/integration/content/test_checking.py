"""What stands in the way of sending a message is found before it is submitted."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.content.checking import blockers
from tests.integration.delivery.stage import add_contacts, draft


@pytest.mark.behaviour("S1.12")
def test_a_message_that_its_audience_cannot_fill_is_blocked(conn: psycopg.Connection) -> None:
    listed = add_contacts(conn, "readers", 3)
    assert blockers(conn, draft(conn, listed)) == ()
    [problem] = blockers(conn, draft(conn, listed, html="<p>{{ frist_name }}</p>"))
    assert "frist_name" in problem
    assert "first_name" in problem  # the nearest that there is
    broken = blockers(conn, draft(conn, listed, html="<p>{% if first_name %}</p>"))
    assert broken
    assert all("html" in each for each in broken)


def test_what_does_not_exist_is_the_lifecycles_to_say(conn: psycopg.Connection) -> None:
    listed = add_contacts(conn, "readers", 1)
    mailing = draft(conn, listed, html="<p>{{ frist_name }}</p>")
    assert blockers(conn, mailing + 1) == ()
    conn.execute("update mailing_mailing set audience = %s where id = %s", (Jsonb({}), mailing))
    assert blockers(conn, mailing) == ()


def test_an_empty_list_says_nothing_about_variables(conn: psycopg.Connection) -> None:
    row = conn.execute(
        "insert into audience_list (account_id, name) values (1, 'empty') returning id"
    ).fetchone()
    assert row
    assert blockers(conn, draft(conn, row[0])) == ()
