"""Doctor, restore, and the loop when the database goes away."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import Any

import psycopg

from penstock.account import transports
from penstock.mailing import control
from penstock.notices import deliveries, doctor, settings, watching, webhooks
from penstock.platform import database as platform
from penstock.platform import jobs
from penstock.platform.doctor import Finding, examine
from tests.integration.delivery.stage import eventually
from tests.integration.notices.stage import ROOT, Receiver, process, submitted, team, told


def levels(found: list[Finding] | Finding) -> list[str]:
    return [each.level for each in (found if isinstance(found, list) else [found])]


def test_doctor_looks_at_the_notices(conn: psycopg.Connection, hook: Receiver) -> None:
    names = {(each.room, each.name) for each in examine()}
    assert {("notices", name) for name in ("journal", "e-mail", "refusals", "webhooks")} <= names


def test_what_doctor_says(conn: psycopg.Connection, hook: Receiver) -> None:
    checks = (doctor.journal_is_read, doctor.mail_can_leave, doctor.mail_arrives, doctor.webhooks_answer)
    assert [levels(check(conn)) for check in checks] == [["ok"]] * 4
    who = team(conn)
    assert levels(doctor.mail_can_leave(conn)) == ["warn"]
    settings.put(
        conn, 1, transport=transports.store(conn, 1, "smtp://127.0.0.1:1"), sender="a@example.org", actor=ROOT
    )
    assert levels(doctor.mail_can_leave(conn)) == ["ok"]
    submitted(conn, who["author"])
    assert levels(doctor.journal_is_read(conn)) == ["ok"]
    conn.execute("update mailing_entry set at = now() - interval '5 minutes'")
    assert levels(doctor.journal_is_read(conn)) == ["warn"]
    watching.turn(conn)
    assert levels(doctor.journal_is_read(conn)) == ["ok"]
    conn.execute("update notices_notice set at = now()")
    conn.execute("update notices_copy set state = 'refused', reply = '550 no'")
    assert levels(doctor.mail_arrives(conn)) == ["warn"]
    hook.status = 410
    webhooks.create(conn, 1, url=hook.url, actor=ROOT)
    deliveries.test(conn, 1, 1, actor=ROOT)
    watching.turn(conn)
    asyncio.run(jobs.work(wait=False))
    (found,) = doctor.webhooks_answer(conn)
    assert "is disabled: It answered 410" in found.what


def test_after_a_restore_nothing_is_told_again_by_itself(conn: psycopg.Connection, hook: Receiver) -> None:
    who = team(conn)
    settings.put(
        conn, 1, transport=transports.store(conn, 1, "smtp://127.0.0.1:1"), sender="a@example.org", actor=ROOT
    )
    webhooks.create(conn, 1, url=hook.url, actor=ROOT)
    mailing = submitted(conn, who["author"])
    watching.turn(conn)
    control.command(conn, mailing, "cancel", who["approver"], reason="no", confirm=True)
    conn.execute("insert into notices_gap (first, beyond, until) values (1, 2, 9000000000)")
    conn.execute("update penstock_schema set fingerprint = 'restored'")
    conn.execute("delete from procrastinate_jobs")
    platform.ready()
    assert [kind for kind, _ in told(conn)] == ["mailing.to_approve", "mailing.finished"], "listed it is"
    watching.turn(conn)
    asyncio.run(jobs.work(wait=False))
    assert hook.heard == []
    assert conn.execute("select distinct state from notices_copy").fetchall() == [("in_doubt",)]
    assert {each.state for each in deliveries.listed(conn, 1)} == {"failed"}
    assert conn.execute("select count(*) from notices_gap").fetchone() == (0,)
    submitted(conn, who["author"])
    watching.turn(conn)
    asyncio.run(jobs.work(wait=False))
    assert len(hook.heard) == 1, "what happens from now on is told"


def test_the_loop_goes_on_when_its_connection_is_lost(
    conn: psycopg.Connection, a_catcher: Callable[..., Any]
) -> None:
    who = team(conn)
    loop = (
        "import signal, threading; from penstock.notices import watching; watching.REST = 0.2; stop = threading.Event();"
        "signal.signal(signal.SIGTERM, lambda *_: stop.set()); watching.run(stop)"
    )
    mine = "select pid from pg_stat_activity where application_name = 'penstock notices' and datname = current_database()"
    with process(loop) as child:
        (first,) = eventually(lambda: conn.execute(mine).fetchone())
        conn.execute("select pg_terminate_backend(%s)", (first,))
        eventually(lambda: (found := conn.execute(mine).fetchone()) and found[0] != first)
        submitted(conn, who["author"])
        eventually(lambda: told(conn))
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(20) == 0
