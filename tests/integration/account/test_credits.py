"""Credits: what a mailing reserves, spends and gives back, and what becomes of it where they are too few."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from penstock.account.access import Forbidden
from penstock.account.credits import ledger, reading
from penstock.account.credits.settling import Lacking, settle
from penstock.delivery import adding, clock, freeze, resuming, ticker
from penstock.delivery.outcome import State
from penstock.mailing import gate
from penstock.mailing.actor import Actor
from penstock.mailing.control import Refused
from tests.integration.delivery import stage
from tests.property.delivery import simulated

Conn = psycopg.Connection[Any]
PLATFORM = Actor("sally", frozenset({"platform"}), "cli")
ACCEPTED, BOUNCED, DEFERRED, IN_DOUBT = State.ACCEPTED, State.BOUNCED, State.DEFERRED, State.IN_DOUBT


@pytest.fixture
def counted(conn: Conn) -> Conn:
    """An account that counts its credits, and has 100."""
    stage.policy(conn, credits="counted")
    add(conn, 100)
    return conn


def add(conn: Conn, amount: int, **more: Any) -> ledger.Entry:
    return ledger.top_up(conn, 1, PLATFORM, amount=amount, **more)[0]


def launched(conn: Conn, people: int, **options: Any) -> int:
    """A mailing to so many, launched and frozen; it sends, or is interrupted."""
    mailing = stage.launch(
        conn, stage.draft(conn, stage.add_contacts(conn, f"of {people}", people), **options)
    )
    freeze.prepare(conn, mailing)
    return mailing


def balance(conn: Conn) -> tuple[int, int, int]:
    """Available, reserved, spent; and everything adds up."""
    assert reading.check(conn, 1) == []
    found = reading.balances(conn, 1)[0]
    return found.available, found.reserved, found.spent


def entries(conn: Conn) -> list[tuple[str, int, int, int]]:
    return [(e.kind, e.available, e.reserved, e.spent) for e in reversed(ledger.history(conn, 1))]


def send(conn: Conn, mailing: int, *outcomes: State, sender: int | None = None) -> None:
    """Hand over to the next recipients of the first package, with these outcomes."""
    reply = conn.execute("select delivery_reply_id(250, '', 'Ok', 'dot')").fetchone()
    assert reply
    package = simulated.open_package(conn, sender or simulated.enlist(conn), mailing)
    assert package
    simulated.take(conn, mailing, simulated.Turn(package, 1, (), len(outcomes), False, 60.0), reply[0])
    done = tuple(zip(package.numbers[package.cursor :], outcomes, strict=False))
    simulated.take(conn, mailing, simulated.Turn(package, 2, done, 0, True, 60.0), reply[0])


def end(conn: Conn, mailing: int) -> str:
    for _ in range(2):
        ticker._try_to_end(conn, mailing, ticker.State(stage.state(conn, mailing)))
    return stage.state(conn, mailing)


# -- a mailing's way -----------------------------------------------------------


def test_a_mailing_reserves_for_all_and_spends_on_those_handed_over(counted: Conn) -> None:
    mailing = launched(counted, 5)
    assert stage.state(counted, mailing) == "sending"
    assert balance(counted) == (95, 5, 0)
    send(counted, mailing, ACCEPTED, ACCEPTED)
    assert reading.held(counted, 1, "email")[0] == reading.Held(mailing, "to list 1", "sending", 5, 2)
    assert reading.balances(counted, 1)[0].in_use == 2
    assert balance(counted) == (95, 5, 0), "nothing is written for a message"
    send(counted, mailing, ACCEPTED, BOUNCED, IN_DOUBT)
    assert end(counted, mailing) == "sent"
    assert balance(counted) == (95, 0, 5)
    assert entries(counted) == [("top_up", 100, 0, 0), ("reserved", -5, 5, 0), ("spent", 0, -5, 5)]


def test_a_bounce_is_given_back_where_the_policy_says_so(counted: Conn) -> None:
    stage.policy(counted, bounce_credit="return")
    mailing = launched(counted, 3)
    send(counted, mailing, ACCEPTED, BOUNCED, BOUNCED)
    assert end(counted, mailing) == "sent"
    assert balance(counted) == (99, 0, 1)
    assert entries(counted)[-1] == ("returned", 2, 0, -2)


@pytest.mark.behaviour("S4.20")
def test_a_cancellation_releases_what_is_neither_spent_nor_in_flight(counted: Conn) -> None:
    mailing = launched(counted, 6)
    send(counted, mailing, ACCEPTED, DEFERRED)
    package = simulated.open_package(counted, simulated.enlist(counted), mailing)
    assert package
    simulated.take(counted, mailing, simulated.Turn(package, 1, (), 1, False, 0), 1)  # one is on the wire
    answer = stage.command(counted, mailing, "cancel", reason="No.", confirm=True)
    assert answer.state == "cancelling"
    assert balance(counted) == (98, 1, 1)
    simulated.take(
        counted,
        mailing,
        simulated.Turn(package, 2, ((package.numbers[package.cursor], ACCEPTED),), 0, True, 0),
        1,
    )
    assert end(counted, mailing) == "cancelled"
    assert balance(counted) == (98, 0, 2)


def test_the_rest_of_a_cancelled_mailing_takes_credits_anew(counted: Conn) -> None:
    mailing = launched(counted, 4)
    send(counted, mailing, ACCEPTED)
    stage.command(counted, mailing, "cancel", reason="No.", confirm=True)
    assert balance(counted) == (99, 0, 1)
    add(counted, -97, note="Too many.")
    with pytest.raises(Refused, match=r"needs 3 credits, and 2 are left\. Top up 1 or more"):
        stage.command(counted, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
    add(counted, 1)
    stage.command(counted, mailing, "send_rest", plan={"kind": "now"}, confirm=True)
    freeze.prepare(counted, mailing)
    assert balance(counted) == (0, 3, 1)
    send(counted, mailing, ACCEPTED, ACCEPTED, ACCEPTED)
    assert end(counted, mailing) == "sent"
    assert balance(counted) == (0, 0, 4)


def test_released_doubts_are_paid_for_once(counted: Conn) -> None:
    mailing = launched(counted, 2)
    send(counted, mailing, ACCEPTED, IN_DOUBT)
    assert end(counted, mailing) == "sent"
    stage.command(counted, mailing, "release_doubt", which="all", reason="They have nothing.")
    assert balance(counted) == (98, 1, 1)
    stage.command(counted, mailing, "cancel", reason="Enough.", confirm=True)
    assert balance(counted) == (99, 0, 1)


def test_a_late_answer_after_the_end_is_settled(counted: Conn) -> None:
    mailing = launched(counted, 2)
    send(counted, mailing, ACCEPTED, IN_DOUBT)
    stage.command(counted, mailing, "pause")
    stage.command(counted, mailing, "cancel", reason="Enough.", confirm=True)
    assert balance(counted) == (98, 0, 2)
    package = simulated.Package(1, 1, 2, 2, [1, 2], 0, "plain")
    assert simulated.late(
        counted, mailing, simulated.Turn(package, 1, ((2, DEFERRED),), 0, False, 0), 2, DEFERRED, 1
    )
    assert balance(counted) == (99, 0, 1)


def test_nothing_is_counted_where_credits_are_unlimited(conn: Conn) -> None:
    mailing = launched(conn, 3)
    send(conn, mailing, ACCEPTED, ACCEPTED, ACCEPTED)
    assert end(conn, mailing) == "sent"
    assert entries(conn) == []


def test_what_went_before_credits_were_counted_costs_nothing(conn: Conn) -> None:
    mailing = launched(conn, 5)
    send(conn, mailing, ACCEPTED, BOUNCED)
    stage.command(conn, mailing, "pause")
    stage.policy(conn, credits="counted", bounce_credit="return")
    with pytest.raises(Refused, match="needs 3 credits, and 0 are left"):
        stage.command(conn, mailing, "resume")
    add(conn, 3)
    stage.command(conn, mailing, "resume")
    resuming.catch_up(conn, mailing)
    assert balance(conn) == (0, 3, 0)
    stage.policy(conn, credits="unlimited")
    send(conn, mailing, ACCEPTED, ACCEPTED, BOUNCED)
    assert end(conn, mailing) == "sent"
    assert balance(conn) == (1, 0, 2)


# -- too few -------------------------------------------------------------------


@pytest.mark.behaviour("S4.20")
def test_too_few_interrupt_it_and_it_goes_on_after_a_top_up(counted: Conn) -> None:
    mailing = launched(counted, 130)
    assert stage.state(counted, mailing) == "interrupted"
    assert stage.reason(counted, mailing)["code"] == "credits"
    assert "needs 130 credits, and 100 are left. Top up 30 or more" in stage.reason(counted, mailing)["text"]
    assert balance(counted) == (100, 0, 0)
    with pytest.raises(Refused) as refused:
        stage.command(counted, mailing, "resume", reason="Again.")
    assert refused.value.code == "credits"
    add(counted, 30)
    stage.command(counted, mailing, "resume", reason="Topped up.")
    freeze.prepare(counted, mailing)
    assert stage.state(counted, mailing) == "sending"
    assert balance(counted) == (0, 130, 0)
    send(counted, mailing, ACCEPTED)
    stage.sound(counted, mailing)


def test_it_can_be_cancelled_or_put_off_instead(counted: Conn) -> None:
    mailing = launched(counted, 130)
    stage.command(counted, mailing, "resume", reason="Next year.", at="2050-01-01T09:00", confirm=True)
    assert stage.state(counted, mailing) == "scheduled"
    stage.command(counted, mailing, "cancel", reason="No.", confirm=True)
    assert balance(counted) == (100, 0, 0)


@pytest.mark.behaviour("S5.17", "S5.18")
def test_a_scheduled_one_waits_on_its_date_for_a_top_up(counted: Conn) -> None:
    mailing = stage.draft(counted, stage.add_contacts(counted, "many", 120))
    plan = {"kind": "at", "at": "2050-01-01T09:00"}
    told = stage.command(counted, mailing, "submit", plan=plan, confirm=True, dry_run=True).warnings
    assert [
        text for text in told if "Credits run short: it needs up to 120 credits, and 100 are left" in text
    ]
    stage.command(counted, mailing, "submit", plan=plan, confirm=True)
    counted.execute("update mailing_mailing set approved_size = 120")  # what the background counts
    told = stage.command(counted, mailing, "approve").warnings
    assert [text for text in told if "Top up 20 or more" in text]
    counted.execute("update mailing_mailing set due_at = now() where id = %s", (mailing,))
    clock.strike(counted)
    assert stage.state(counted, mailing) == "interrupted"
    assert stage.reason(counted, mailing)["code"] == "credits"
    add(counted, 20)
    stage.command(counted, mailing, "resume", reason="Topped up.")
    clock.strike(counted)
    freeze.prepare(counted, mailing)
    assert stage.state(counted, mailing) == "sending"
    assert balance(counted) == (0, 120, 0)


def test_it_is_warned_of_those_that_go_before(counted: Conn) -> None:
    first = stage.draft(counted, stage.add_contacts(counted, "first", 60))
    stage.command(counted, first, "submit", plan={"kind": "at", "at": "2050-01-01T09:00"}, confirm=True)
    second = stage.draft(counted, stage.add_contacts(counted, "second", 50))
    counted.execute("update mailing_mailing set approved_size = 60 where id = %s", (first,))
    for at, warned in (("2050-01-02T09:00", True), ("2049-01-01T09:00", False)):
        told = stage.command(
            counted, second, "submit", plan={"kind": "at", "at": at}, confirm=True, dry_run=True
        ).warnings
        assert (
            any("of which mailings that go before it take 60. Top up 10" in text for text in told) is warned
        )


def test_those_who_joined_in_a_pause_are_paid_for_or_nobody_joins(counted: Conn) -> None:
    mailing = launched(counted, 5)
    send(counted, mailing, ACCEPTED, ACCEPTED)
    stage.command(counted, mailing, "pause")
    add(counted, -94, note="One is left.")
    stage.add_contacts(counted, "of 5", 3, first=6)
    stage.command(counted, mailing, "resume")
    resuming.catch_up(counted, mailing)
    assert stage.state(counted, mailing) == "interrupted"
    assert "needs 3 credits, and 1 is left" in stage.reason(counted, mailing)["text"]
    assert balance(counted) == (1, 3, 2)
    assert sum(stage.sound(counted, mailing).values()) == 5, "nobody joined"
    add(counted, 2)
    stage.command(counted, mailing, "resume", reason="Topped up.")
    resuming.catch_up(counted, mailing)
    assert balance(counted) == (0, 6, 2)
    send(counted, mailing, *[ACCEPTED] * 3)
    send(counted, mailing, *[ACCEPTED] * 3)
    assert end(counted, mailing) == "sent"
    assert balance(counted) == (0, 0, 8)


def test_added_recipients_take_more(counted: Conn) -> None:
    mailing = launched(counted, 3)
    counted.execute(
        "insert into delivery_package (mailing, no, kind, state, release_at, size, first_seq)"
        " values (%s, 2, 'plain', 'waiting', now(), 200, 4)",
        (mailing,),
    )
    with pytest.raises(Lacking) as short:
        settle(counted, mailing, "system", "system", reserve=True)
    assert (short.value.needed, short.value.available) == (200, 97)
    add(counted, 103)
    assert settle(counted, mailing, "system", "system", reserve=True).told == {"reserved": 200}
    assert settle(counted, mailing, "system", "system", reserve=True).told == {}


def test_of_two_that_start_at_once_one_has_the_last_credits(counted: Conn, database: str) -> None:
    many = [
        stage.launch(counted, stage.draft(counted, stage.add_contacts(counted, "all", 60))) for _ in range(4)
    ]

    def prepare(mailing: int) -> str:
        with psycopg.connect(database, autocommit=True) as conn:
            freeze.prepare(conn, mailing)
            return stage.state(conn, mailing)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(prepare, many)) == ["interrupted"] * 3 + ["sending"]
    assert balance(counted) == (40, 60, 0)


def test_who_joins_is_paid_for_behind_the_gate(counted: Conn, monkeypatch: pytest.MonkeyPatch) -> None:
    """The balance is the last lock: who cancels has the gate first, too, so that neither waits for the other."""
    mailing = launched(counted, 3)
    stage.command(counted, mailing, "pause")
    stage.add_contacts(counted, "of 3", 2, first=4)
    stage.command(counted, mailing, "resume")
    held: list[tuple[int]] = []

    def watched(conn: Conn, *given: Any, **more: Any) -> Any:
        held.extend(
            conn.execute(
                "select objid::integer from pg_locks where locktype = 'advisory' and classid = %s and granted"
                " and mode = 'ExclusiveLock' and pid = pg_backend_pid()",
                (gate.GATE,),
            )
        )
        return settle(conn, *given, **more)

    monkeypatch.setattr(adding, "settle", watched)
    assert resuming.catch_up(counted, mailing)
    assert held == [(mailing,)]
    assert balance(counted) == (95, 5, 0)


def test_a_pause_asks_nobody_for_credits(counted: Conn, database: str) -> None:
    """Somebody holds the balance: what starts waits for them, a pause does not."""
    mailing = launched(counted, 3)
    with psycopg.connect(database) as other:
        other.execute("select * from account_credit_balance for update")
        counted.execute("set statement_timeout = '2s'")
        stage.command(counted, mailing, "pause")
        assert stage.state(counted, mailing) == "paused"


# -- top-ups -------------------------------------------------------------------


def test_a_top_up_with_a_reference_counts_once(conn: Conn) -> None:
    entry, new = ledger.top_up(conn, 1, PLATFORM, amount=50, reference="invoice 7", note="Paid.")
    assert new
    assert ledger.top_up(conn, 1, PLATFORM, amount=50, reference="invoice 7") == (entry, False)
    with pytest.raises(ledger.CreditError, match="stands for 50 credits already"):
        add(conn, 60, reference="invoice 7")
    assert balance(conn) == (50, 0, 0)
    told = conn.execute(
        "select command, data ->> 'amount' from mailing_entry where command like 'credits%'"
    ).fetchall()
    assert told == [("credits_top_up", "50")]


def test_no_more_is_taken_back_than_there_is(counted: Conn) -> None:
    with pytest.raises(ledger.CreditError, match="100 are available"):
        add(counted, -101, note="Oh.")
    with pytest.raises(ledger.CreditError, match="give a note"):
        add(counted, -1)
    assert add(counted, -100, note="A mistake.").remaining == 0
    assert balance(counted) == (0, 0, 0)


@pytest.mark.parametrize("amount", [0, True, 10**10, 1.5])
def test_what_is_no_amount_is_refused(conn: Conn, amount: Any) -> None:
    with pytest.raises(ledger.CreditError, match="whole number"):
        add(conn, amount)


def test_only_the_platform_adds_credits(conn: Conn) -> None:
    with pytest.raises(Forbidden):
        ledger.top_up(conn, 1, Actor("ada", frozenset({"administrator"}), "web", 1), amount=5)


def test_the_database_itself_refuses_to_lose_any(counted: Conn) -> None:
    for change in ("available = available - 1", "available = -1, topped_up = -1", "spent = spent + 1"):
        with pytest.raises(psycopg.errors.CheckViolation):
            counted.execute(f"update account_credit_balance set {change}")
