"""Which date credits run short, over all planned mailings; who is warned, when, and how often."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.account.credits import ledger
from penstock.delivery import clock, resuming
from penstock.mailing import journal
from penstock.notices import outbox
from penstock.report import credits, warning
from tests.integration.account.test_credits import PLATFORM, launched
from tests.integration.delivery import stage

Conn = psycopg.Connection[Any]


@pytest.fixture
def counted(conn: Conn) -> Conn:
    """An account that counts its credits, and has 100."""
    stage.policy(conn, credits="counted")
    ledger.top_up(conn, 1, PLATFORM, amount=100)
    return conn


def scheduled(conn: Conn, people: int, days: float) -> int:
    """A mailing to so many, scheduled in so many days; nobody has counted them yet."""
    at = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
    mailing = stage.draft(conn, stage.add_contacts(conn, f"of {people}", people))
    stage.command(conn, mailing, "submit", plan={"kind": "at", "at": at}, confirm=True)
    stage.command(conn, mailing, "approve")
    return mailing


def told(conn: Conn) -> list[tuple[int, bool]]:
    rows = conn.execute(
        "select mailing_id, (data ->> 'soon')::boolean from mailing_entry where command = 'credits_short' order by id"
    )
    return rows.fetchall()


def test_a_forecast_takes_all_planned_mailings_in_their_order(counted: Conn) -> None:
    later, first = scheduled(counted, 50, 6), scheduled(counted, 60, 3)
    assert [each.needed for each in credits.forecast(counted, 1).demands] == [None, None]
    warning.recount(counted, 1)
    there = credits.forecast(counted, 1)
    assert [(each.mailing, each.needed, each.left) for each in there.demands] == [
        (first, 60, 40),
        (later, 50, -10),
    ]
    assert there.short
    assert (there.short.mailing, there.lacking) == (later, 10)
    ledger.top_up(counted, 1, PLATFORM, amount=10)
    assert credits.forecast(counted, 1).short is None


def test_what_waits_for_a_top_up_is_named(counted: Conn) -> None:
    mailing = launched(counted, 130)
    (waiting,) = credits.forecast(counted, 1).waiting
    assert (waiting.mailing, waiting.needed, waiting.enough) == (mailing, 130, False)
    ledger.top_up(counted, 1, PLATFORM, amount=30)
    assert credits.forecast(counted, 1).waiting[0].enough


def test_what_waits_with_those_who_were_to_join_it_says_how_many_they_need(counted: Conn) -> None:
    mailing = launched(counted, 90)
    stage.command(counted, mailing, "pause")
    stage.add_contacts(counted, "of 90", 13, first=91)
    stage.command(counted, mailing, "resume")
    resuming.catch_up(counted, mailing)
    (waiting,) = credits.forecast(counted, 1).waiting
    assert (waiting.mailing, waiting.needed, waiting.enough) == (mailing, 13, False)
    ledger.top_up(counted, 1, PLATFORM, amount=3)
    assert credits.forecast(counted, 1).waiting[0].enough
    stage.command(counted, mailing, "resume", reason="Topped up.")
    resuming.catch_up(counted, mailing)
    assert stage.state(counted, mailing) == "sending"
    assert not credits.forecast(counted, 1).waiting


@pytest.mark.behaviour("S5.18")
def test_people_are_warned_when_it_is_planned_and_again_before_its_date(counted: Conn) -> None:
    mailing = scheduled(counted, 120, 3)
    warning.watch(counted)
    warning.watch(counted)
    assert told(counted) == [(mailing, False)], "once"
    stage.travel(counted, hours=49)
    warning.watch(counted)
    warning.watch(counted)
    assert told(counted) == [(mailing, False), (mailing, True)]
    while outbox.turn(counted):
        pass
    notices = counted.execute(
        "select subject, text from notices_notice where kind = 'mailing.credits_short'"
    ).fetchall()
    assert len(notices) == 2
    assert "Credits run short for “to list 1”" in notices[0][0]
    assert "It needs 120 credits on its date, and 100 are left. Top up 20 or more" in notices[0][1]
    assert not [line for line in journal.verify(counted) if "state" in line]


def test_a_new_date_is_warned_of_anew_and_one_that_fits_is_not(counted: Conn) -> None:
    mailing = scheduled(counted, 120, 0.5)
    scheduled(counted, 90, 0.2)
    warning.watch(counted)
    assert told(counted) == [(mailing, True)]
    stage.command(counted, mailing, "schedule", at="2050-01-01T09:00", confirm=True)
    warning.watch(counted)
    assert told(counted) == [(mailing, True), (mailing, False)]


def test_an_account_without_limits_is_not_warned(conn: Conn) -> None:
    scheduled(conn, 5, 1)
    warning.watch(conn)
    assert told(conn) == []
    assert not credits.forecast(conn, 1).counted


def test_who_waits_is_counted_again_so_that_those_who_left_need_no_credits(counted: Conn) -> None:
    mailing = scheduled(counted, 120, 1)
    counted.execute("update mailing_mailing set approved_size = 120")
    stage.travel(counted, hours=25)
    clock.strike(counted)
    assert stage.state(counted, mailing) == "interrupted"
    counted.execute("delete from audience_membership where contact_id > 90")
    warning.recount(counted, 1)
    stage.command(counted, mailing, "resume", reason="Fewer by now.")
    clock.strike(counted)
    assert stage.state(counted, mailing) == "starting"
