"""What stands in the way of sending a message is found before it is submitted."""

from collections import OrderedDict
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from penstock.content import checking
from penstock.content.checking import blockers
from penstock.content.message import Message
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


def test_what_pages_are_told_of_a_large_list_is_read_once(
    conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nobody has an attribute takes reading everybody; commands are told how it is all the same."""
    listed = add_contacts(conn, "readers", 3)
    mailing = draft(conn, listed, html="<p>{{ town }}</p>")
    read: list[int] = []
    real = checking.contacts.variables
    monkeypatch.setattr(
        checking.contacts, "variables", lambda conn, account, number: read.append(number) or real(conn, account, number)
    )  # fmt: skip
    assert len({blockers(conn, mailing, lately=True) for _ in range(3)}) == len(read) == 1
    conn.execute("update audience_contact set attributes = attributes || jsonb_build_object('town', 'Lyon')")
    assert blockers(conn, mailing, lately=True)
    assert blockers(conn, mailing) == ()
    assert len(read) == 1  # somebody has it: that is found without reading all


def test_an_empty_list_says_nothing_about_variables(conn: psycopg.Connection) -> None:
    row = conn.execute(
        "insert into audience_list (account_id, name) values (1, 'empty') returning id"
    ).fetchone()
    assert row
    assert blockers(conn, draft(conn, row[0])) == ()


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """The messages that are compiled from here on, by a process that remembers nothing."""
    seen: list[Message] = []
    real = checking.compile_message

    def compile_message(message: Message, **given: Any) -> Any:
        seen.append(message)
        return real(message, **given)

    monkeypatch.setattr(checking, "compile_message", compile_message)
    monkeypatch.setattr(checking, "_judged", OrderedDict())
    return seen


def test_a_message_is_compiled_once_however_often_it_is_looked_at(
    conn: psycopg.Connection, compiled: list[Message]
) -> None:
    mailing = draft(conn, add_contacts(conn, "readers", 3), html="<p>{{ first_name }} {{ nick_name }}</p>")
    first = blockers(conn, mailing)
    assert len(first) == 1
    judged = len(compiled)
    assert judged > 0
    assert all(blockers(conn, mailing) == first for _ in range(5))
    assert len(compiled) == judged


def test_what_changes_is_judged_anew(conn: psycopg.Connection, compiled: list[Message]) -> None:
    listed = add_contacts(conn, "readers", 3)
    mailing = draft(conn, listed, html="<p>{{ nick_name }}</p>")
    assert blockers(conn, mailing)
    conn.execute("update content_message set html = '<p>mended where it lies</p>'")
    assert blockers(conn, mailing) == ()
    conn.execute("update content_message set html = '<p>{{ nick_name }}</p>'")
    assert blockers(conn, mailing)
    conn.execute("""update audience_contact set attributes = attributes || '{"nick_name": "Jo"}'""")
    assert blockers(conn, mailing) == ()


def test_little_is_remembered(compiled: list[Message]) -> None:
    for number in range(checking.KEPT + 10):
        checking.judged(Message("a@example.org", f"News {number}", text="x"), None)
    assert len(checking._judged) == checking.KEPT
    many = Message("a@example.org", "x", text="x", headers={f"bad name {n}": "x" for n in range(40)})
    faults = checking.judged(many, None).faults
    assert len(faults) == checking.SAID + 1
    assert faults[-1] == "and 20 more"
    assert checking.judged(many, None).faults is faults
    assert len(compiled) == checking.KEPT + 11
