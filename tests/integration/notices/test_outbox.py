"""The journal is the outbox: who is told of what, once, whatever the order of commits and whoever dies."""

import random
import threading
from itertools import count, takewhile
from typing import Any

import psycopg
import pytest

from penstock.account import domain_checks, domains
from penstock.mailing import control, journal
from penstock.mailing.control import SYSTEM
from penstock.notices import doctor, outbox, watching
from tests import commands
from tests.integration.delivery.stage import eventually, policy, state
from tests.integration.notices.stage import ROOT, read, submitted, team, told
from tests.nameserver import Nameserver


@pytest.mark.behaviour("S1.13")
def test_each_is_told_what_concerns_them(conn: psycopg.Connection) -> None:
    who = team(conn)
    mailing = submitted(conn, who["author"])
    assert read(conn) == [("mailing.to_approve", ["paul"])]

    control.command(conn, mailing, "reject", who["approver"], reason="The date\nis wrong.")
    assert read(conn)[1:] == [("mailing.rejected", ["ada"])]
    subject, text, data = conn.execute(
        "select subject, text, data from notices_notice where kind = 'mailing.rejected'"
    ).fetchone()
    assert subject == "[default] “Spring news” was rejected"
    assert "Reason: The date is wrong." in text
    assert (data["actor"], data["reason"]["text"]) == ("Paul", "The date\nis wrong.")
    assert data["mailing"] == {"id": mailing, "name": "Spring news", "state": "rejected", "revision": 1}

    control.command(conn, mailing, "revise", who["author"])
    control.command(conn, mailing, "submit", who["author"], plan={"kind": "later"}, confirm=True)
    control.command(conn, mailing, "approve", who["approver"], without_analysis=True)
    control.command(conn, mailing, "cancel", who["operator"], reason="too late", confirm=True)
    assert read(conn)[2:] == [("mailing.to_approve", ["paul"]), ("mailing.finished", ["ada", "olga"])]
    assert read(conn) == told(conn), "nothing is told twice"


def test_moderation_concerns_the_platform_and_holding_the_author_too(conn: psycopg.Connection) -> None:
    who = team(conn)
    policy(conn, moderation="manual", approvals_required=0)
    mailing = submitted(conn, who["author"], kind="at", at="2999-01-01T09:00")
    assert state(conn, mailing) == "in_moderation"
    conn.execute("update mailing_mailing set due_at = now() - interval '1 minute' where id = %s", (mailing,))
    assert control.attempt(conn, mailing, "late")
    assert read(conn) == [("mailing.to_approve", ["petra"]), ("mailing.held", ["ada", "petra"])]
    gates = conn.execute("select data ->> 'gate' from notices_notice").fetchall()
    assert gates == [("moderation",), ("moderation",)]


def test_an_interruption_concerns_operators_and_the_author(conn: psycopg.Connection) -> None:
    who = team(conn)
    policy(conn, approvals_required=0)
    mailing = submitted(conn, who["author"], kind="now")
    control.command(conn, mailing, "interrupt", SYSTEM, reason="the disk is full", code="technical")
    assert read(conn) == [("mailing.interrupted", ["ada", "olga"])]
    assert conn.execute("select data -> 'reason' ->> 'code' from notices_notice").fetchone() == ("technical",)


def test_where_nobody_has_the_role_the_administrators_are_told(conn: psycopg.Connection) -> None:
    who = team(conn)
    conn.execute("delete from account_membership where roles = '{approver}'")
    submitted(conn, who["author"])
    assert read(conn) == [("mailing.to_approve", ["first"])]


def test_people_of_other_accounts_and_the_inactive_are_not_told(conn: psycopg.Connection) -> None:
    who = team(conn)
    other = conn.execute(
        "insert into account_account (name, zone, policy, created_at) values ('other', 'UTC', '{}', now()) returning id"
    ).fetchone()[0]
    conn.execute("update account_membership set account_id = %s where roles = '{approver}'", (other,))
    conn.execute("update account_person set is_active = false where email like 'first@%'")
    submitted(conn, who["author"])
    assert read(conn) == [("mailing.to_approve", [])], "the notice is there, for the list and for programs"


# -- the cursor ----------------------------------------------------------------------------------------------


def write(conn: psycopg.Connection[Any], command: str) -> None:
    """A line of the journal that a notice is made of, without a mailing."""
    data = {"webhook": 1, "url": "https://example.org", "why": command}
    journal.append(
        conn, account=int(command.split()[0]), mailing=None, actor="t", door="cli", command="disable_webhook", data=data
    )  # fmt: skip


def whys(conn: psycopg.Connection[Any]) -> list[str]:
    return [why for (why,) in conn.execute("select text from notices_notice order by id")]


def accounts(conn: psycopg.Connection[Any], count: int) -> list[int]:
    """Accounts, each with a chain of its own, so that their lines can be written at the same time."""
    rows = conn.execute(
        "insert into account_account (name, zone, policy, created_at)"
        " select 'account ' || n, 'UTC', '{}', now() from generate_series(1, %s) n returning id",
        (count,),
    )
    return [number for (number,) in rows.fetchall()]


def test_a_lower_id_that_commits_later_is_read(conn: psycopg.Connection, database: str) -> None:
    slow, fast = accounts(conn, 2)
    with psycopg.connect(database) as late:
        write(late, f"{slow} slow")
        write(conn, f"{fast} fast")
        watching.turn(conn)
        assert ["slow" in why for why in whys(conn)] == [False]
        assert conn.execute("select count(*) from notices_gap").fetchone() == (1,)
        watching.turn(conn)
        late.commit()
    watching.turn(conn)
    assert ["slow" in why for why in whys(conn)] == [False, True]
    assert conn.execute("select count(*) from notices_gap").fetchone() == (0,)


def test_what_is_rolled_back_is_not_waited_for_for_ever(conn: psycopg.Connection, database: str) -> None:
    slow, fast = accounts(conn, 2)
    with psycopg.connect(database) as never:
        write(never, f"{slow} slow")
        write(conn, f"{fast} fast")
        watching.turn(conn)
        never.rollback()
    watching.turn(conn)
    assert len(whys(conn)) == 1
    assert conn.execute("select count(*) from notices_gap").fetchone() == (0,)


def test_a_long_transaction_holds_up_nobody_else(conn: psycopg.Connection, database: str) -> None:
    (fast,) = accounts(conn, 1)
    with psycopg.connect(database) as long:
        long.execute("select pg_current_xact_id()")  # an import, say: it writes for minutes
        write(conn, f"{fast} fast")
        watching.turn(conn)
        assert len(whys(conn)) == 1
        long.rollback()


def test_while_one_reads_another_passes_by(conn: psycopg.Connection, database: str) -> None:
    (account,) = accounts(conn, 1)
    write(conn, f"{account} x")
    with psycopg.connect(database) as reading:
        reading.execute("select from notices_cursor for update")
        assert outbox.turn(conn) == 0
    assert outbox.turn(conn) == 1


def test_a_line_that_cannot_be_told_keeps_nobody_else_waiting_and_is_not_lost(
    conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine, later = accounts(conn, 3)
    write(conn, f"{broken} broken")
    write(conn, f"{fine} fine")
    monkeypatch.setattr(outbox, "subject", lambda told: f"{1 // ('broken' not in told.reason)}")
    assert outbox.turn(conn) == 2
    assert [text.partition("Reason: ")[2].split()[1] for text in whys(conn)] == ["fine"]
    write(conn, f"{later} later")
    assert [outbox.turn(conn), outbox.turn(conn)] == [1, 0]
    assert len(whys(conn)) == 2
    assert [record.message for record in caplog.records] == [
        "line 1 of the journal cannot be told; it is tried again"
    ]
    assert doctor.journal_is_read(conn).level == "fail"
    monkeypatch.undo()
    outbox.turn(conn)
    assert len(whys(conn)) == 3
    assert doctor.journal_is_read(conn).level == "ok"


def test_a_turn_whose_process_dies_leaves_nothing(
    conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notices are written, the cursor is not moved yet: neither is kept."""
    (account,) = accounts(conn, 1)
    write(conn, f"{account} x")

    def die(*_: object) -> None:
        assert len(whys(conn)) == 1
        raise psycopg.OperationalError("killed")

    monkeypatch.setattr(outbox, "_move", die)
    with pytest.raises(psycopg.OperationalError):
        outbox.turn(conn)
    assert whys(conn) == []
    monkeypatch.undo()
    assert outbox.turn(conn) == 1
    assert len(whys(conn)) == 1


_IMPORTS = ("penstock.notices.outbox",)
_READER = """
from penstock.notices import outbox
from penstock.platform import database
outbox.MOST = 7
with database.connect(name="reader") as conn:
    while True:
        outbox.turn(conn)
"""


def test_nothing_is_lost_and_nothing_doubled_while_writers_overlap_and_readers_are_killed(
    conn: psycopg.Connection, database: str
) -> None:
    """Eight writers commit and roll back in any order; readers are killed in the middle of what they do, again and again."""
    numbers = accounts(conn, 8)
    committed: list[str] = []
    enough = threading.Event()

    def writer(account: int) -> None:
        dice = random.Random(account)
        with psycopg.connect(database) as own:
            for n in takewhile(lambda n: n < 20 or not enough.is_set(), count()):
                why = f"{account} line {n}"
                write(own, why)
                own.execute("select pg_sleep(%s)", (dice.random() * 0.03,))
                if dice.random() < 0.3:
                    own.rollback()
                else:
                    own.commit()
                    committed.append(why)

    threads = [threading.Thread(target=writer, args=(account,)) for account in numbers]
    for thread in threads:
        thread.start()
    for _ in range(3):
        before = _count(conn)
        readers = [commands.Forked({"program": _READER, "imports": _IMPORTS}) for _ in range(2)]
        try:
            eventually(lambda before=before: _count(conn) > before, 60)
        finally:
            for reader in readers:
                reader.kill()
    enough.set()
    for thread in threads:
        thread.join()
    eventually(lambda: outbox.turn(conn) == 0 and _idle(conn) and outbox.turn(conn) == 0, 30)
    texts = [text.partition("Reason: ")[2].partition("\n")[0] for text in whys(conn)]
    assert sorted(texts) == sorted(committed)


def _count(conn: psycopg.Connection[Any]) -> int:
    return conn.execute("select count(*) from notices_notice").fetchone()[0]


def _idle(conn: psycopg.Connection[Any]) -> bool:
    """Nobody holds the cursor (a killed reader's transaction is ended by its server), and no gap is open."""
    with conn.transaction():
        free = conn.execute("select from notices_cursor for update skip locked").fetchone() is not None
    return free and conn.execute("select count(*) from notices_gap").fetchone() == (0,)


def test_an_author_who_is_no_person_is_not_looked_for(conn: psycopg.Connection) -> None:
    """A mailing made on the command line has one: the notice is there, for the others and for the list."""
    team(conn)
    policy(conn, approvals_required=0)
    mailing = submitted(conn, ROOT)
    control.command(conn, mailing, "cancel", ROOT, reason="no", confirm=True)
    assert read(conn) == [("mailing.finished", ["olga"])]


def test_a_domain_that_loses_its_records_concerns_administrators_before_it_is_too_late(
    conn: psycopg.Connection, dns: Nameserver
) -> None:
    team(conn)
    made = domains.create(conn, 1, name="example.org", actor=SYSTEM)
    for record in made.records[:2]:
        dns.txt(record.name, record.value)
    domain_checks.check(conn, 1, made.id, SYSTEM)
    assert read(conn) == []
    for record in made.records[:2]:
        dns.txt(record.name)
    domain_checks.check(conn, 1, made.id, SYSTEM)
    assert read(conn) == [("domain.failing", ["first"])]
    conn.execute("update account_domain_key set failing_since = failing_since - interval '25 hours'")
    domain_checks.check(conn, 1, made.id, SYSTEM)
    assert read(conn)[1:] == [("domain.unverified", ["first", "olga"])]
    subject, text, data = conn.execute(
        "select subject, text, data from notices_notice where kind = 'domain.unverified'"
    ).fetchone()
    assert subject == "[default] example.org is no longer verified as a sending domain"
    assert "There is no TXT record at ps1-" in text
    assert "penstock domain check example.org" in text
    assert data["domain"] == {"id": made.id, "name": "example.org"}
    assert "mailing" not in data
