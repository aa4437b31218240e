"""Recipients join a frozen ledger: once, in new packages, the suppressed as skipped."""

from typing import Any

import psycopg
import pytest

from penstock.audience.suppression import suppress
from penstock.delivery import adding, freeze
from tests.integration.delivery import stage

LIST = "select contact_id as id from audience_membership where list_id = %(list)s"


@pytest.fixture
def sending(conn: psycopg.Connection[Any]) -> int:
    stage.policy(conn, approvals_required=0, package_size=4)
    mailing = stage.launch(conn, stage.draft(conn, stage.add_contacts(conn, "first", 5)))
    freeze.prepare(conn, mailing)
    assert stage.state(conn, mailing) == "sending"
    return mailing


def _packages(conn: psycopg.Connection[Any], mailing: int) -> list[tuple[Any, ...]]:
    return conn.execute(
        "select no, kind, state, size, first_seq from delivery_package where mailing = %s order by no",
        (mailing,),
    ).fetchall()


def test_who_is_new_gets_a_number_and_who_is_there_stays_alone(
    conn: psycopg.Connection[Any], sending: int
) -> None:
    both = stage.add_contacts(conn, "more", 10)
    added = adding.add(conn, sending, LIST, {"list": both})

    assert added == adding.Added(new=5, skipped=0)
    assert _packages(conn, sending)[2:] == [(3, "plain", "waiting", 4, 6), (4, "plain", "waiting", 1, 10)]
    assert adding.add(conn, sending, LIST, {"list": both}) == adding.Added()
    assert stage.sound(conn, sending) == {"waiting": 10}


def test_who_is_suppressed_is_added_as_skipped_with_the_reason(
    conn: psycopg.Connection[Any], sending: int
) -> None:
    more = stage.add_contacts(conn, "more", 7)
    suppress(conn, 1, stage.address(6), "complaint", "test")

    assert adding.add(conn, sending, LIST, {"list": more}) == adding.Added(new=1, skipped=1)

    assert stage.sound(conn, sending) == {"waiting": 6, "skipped": 1}
    row = conn.execute(
        "select y.text from delivery_outcome o join delivery_reply y on y.id = o.reply where o.mailing = %s",
        (sending,),
    ).fetchone()
    assert row == ("complaint",)


def test_nobody_joins_what_has_ended_or_was_never_frozen(conn: psycopg.Connection[Any], sending: int) -> None:
    more = stage.add_contacts(conn, "more", 7)
    draft = stage.draft(conn, more)
    stage.command(conn, sending, "cancel", reason="enough")
    assert adding.add(conn, sending, LIST, {"list": more}) == adding.Added()
    assert adding.add(conn, draft, LIST, {"list": more}) == adding.Added()
