"""Idempotency keys: the same request is answered once more, another one under its key is refused."""

import asyncio
from typing import Any

import psycopg
import pytest

from penstock.mailing import journal, repetition
from penstock.mailing.control import Actor, Refused, Request, command
from penstock.mailing.lifecycle import OPERATOR
from penstock.platform import jobs
from tests.integration.delivery.stage import ANNA, add_contacts, draft, launch, policy, state

Conn = psycopg.Connection[Any]
REQUEST = Request("k1", "cancel it")


@pytest.fixture
def mailing(conn: Conn) -> int:
    return launch(conn, draft(conn, add_contacts(conn, "all", 3)))


@pytest.mark.behaviour("B15")
def test_the_first_answer_is_given_again_and_nothing_is_done(conn: Conn, mailing: int) -> None:
    first = command(conn, mailing, "cancel", ANNA, reason="no", request=REQUEST)
    entries = journal.entries(conn, mailing)
    again = command(conn, mailing, "cancel", ANNA, reason="no", request=REQUEST)
    assert (again.repeated, first.repeated) == (True, False)
    assert {**vars(again), "repeated": False} == vars(first)
    assert journal.entries(conn, mailing) == entries
    with pytest.raises(Refused):
        command(conn, mailing, "cancel", ANNA, reason="no")


def test_it_is_answered_although_the_mailing_has_moved_on_or_is_gone(conn: Conn, mailing: int) -> None:
    policy(conn, after_cancel="delete")
    first = command(conn, mailing, "pause", ANNA, request=Request("k0", "pause it"))
    command(conn, mailing, "cancel", ANNA, reason="no", request=REQUEST)
    assert (
        command(conn, mailing, "pause", ANNA, request=Request("k0", "pause it"), expected_version=1).state
        == first.state
    )
    assert command(conn, mailing, "cancel", ANNA, reason="no", request=REQUEST).repeated


def test_a_key_is_for_one_request(conn: Conn, mailing: int) -> None:
    command(conn, mailing, "pause", ANNA, request=Request("k", "pause it"))
    with pytest.raises(repetition.KeyReused, match="'k'"):
        command(conn, mailing, "resume", ANNA, request=Request("k", "resume it"))
    assert state(conn, mailing) == "paused"


def test_a_key_is_its_owners(conn: Conn, mailing: int) -> None:
    olga = Actor("olga", frozenset({OPERATOR}), "api", account=1)
    command(conn, mailing, "pause", ANNA, request=Request("k", "pause it"))
    assert not command(conn, mailing, "resume", olga, request=Request("k", "resume it")).repeated


def test_what_was_refused_or_dry_is_no_answer_to_keep(conn: Conn, mailing: int) -> None:
    with pytest.raises(Refused):
        command(conn, mailing, "cancel", ANNA, request=REQUEST)
    assert command(conn, mailing, "cancel", ANNA, reason="no", dry_run=True, request=REQUEST).dry
    done = command(conn, mailing, "cancel", ANNA, reason="no", request=REQUEST)
    assert (done.dry, done.repeated, done.state) == (False, False, "cancelled")


def test_answers_are_forgotten_after_their_time(conn: Conn, mailing: int) -> None:
    command(conn, mailing, "pause", ANNA, request=Request("old", "pause it"))
    conn.execute("update mailing_repetition set at = now() - interval '73 hours'")
    command(conn, mailing, "resume", ANNA, request=Request("new", "resume it"))
    jobs.defer(conn, "forget_answers", timestamp=0)
    asyncio.run(jobs.work(wait=False))
    assert conn.execute("select key from mailing_repetition").fetchall() == [("new",)]
