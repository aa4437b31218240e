"""Notices by e-mail: through the account's transport, one at a time, with nothing in a name that could become a header."""

import asyncio
import os
import signal
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest

from penstock.account import transports
from penstock.mailing import control
from penstock.notices import listing, settings, watching
from penstock.platform import jobs
from tests.integration.delivery import stage as delivering
from tests.integration.delivery.stage import eventually
from tests.integration.notices.stage import ROOT, process, submitted, team

SENDER = "Penstock <notices@example.org>"


def via(conn: psycopg.Connection[Any], url: str) -> None:
    settings.put(conn, 1, transport=transports.store(conn, 1, url), sender=SENDER, actor=ROOT)


def work(conn: psycopg.Connection[Any]) -> None:
    """One turn of the loop, and the jobs that it queued."""
    watching.turn(conn)
    asyncio.run(jobs.work(wait=False))


def caught(catcher: Any) -> list[EmailMessage]:
    return [message_from_bytes(each.data, policy=policy.default) for each in catcher.messages]  # type: ignore[misc]


def copies(conn: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return conn.execute("select state, reply from notices_copy order by id").fetchall()


@pytest.mark.behaviour("S1.13")
def test_the_author_gets_the_reason_by_mail(conn: psycopg.Connection, a_catcher: Callable[..., Any]) -> None:
    who, server = team(conn), a_catcher()
    mailing = submitted(conn, who["author"])
    watching.turn(conn)
    via(conn, server.url())
    control.command(conn, mailing, "reject", who["approver"], reason="Bitte das Datum prüfen.")
    work(conn)
    (mail,) = caught(server.catcher)
    assert (mail["To"], mail["From"], mail["Auto-Submitted"]) == ("ada@example.org", SENDER, "auto-generated")
    assert mail["Subject"] == "[default] “Spring news” was rejected"
    assert "Reason: Bitte das Datum prüfen." in mail.get_content()
    assert mail["Message-ID"].endswith("@example.org>")
    assert [state for state, _ in copies(conn)] == ["listed", "accepted"], (
        "what came before the setting is only listed"
    )
    work(conn)
    assert len(server.catcher.messages) == 1


def test_without_a_transport_notices_are_only_listed(conn: psycopg.Connection) -> None:
    who = team(conn)
    submitted(conn, who["author"])
    work(conn)
    assert copies(conn) == [("listed", "")]


def test_a_name_cannot_become_a_header(conn: psycopg.Connection, a_catcher: Callable[..., Any]) -> None:
    who, server = team(conn), a_catcher()
    via(conn, server.url())
    mailing = submitted(conn, who["author"])
    evil = "News\r\nBcc: victim@example.net\r\n\r\n<script>\u2028X-Evil: 1\n.\r\nMAIL FROM:<x@example.org>"
    control.command(conn, mailing, "withdraw", who["author"])
    control.command(conn, mailing, "edit", who["author"], changes={"name": evil})
    control.command(conn, mailing, "submit", who["author"], plan={"kind": "later"}, confirm=True)
    control.command(conn, mailing, "reject", who["approver"], reason=".\r\n.\r\nRSET\r\n" + evil)
    conn.execute("update account_account set name = E'default\\r\\nX-Account: 1'")
    work(conn)
    assert sorted(each.recipients[0] for each in server.catcher.messages) == [
        "ada@example.org", "paul@example.org", "paul@example.org",
    ]  # fmt: skip
    for mail in caught(server.catcher):
        assert set(mail.keys()) == {
            "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding",
            "MIME-Version",
        }  # fmt: skip
        assert len(mail.keys()) == 9
        assert not mail.defects


def test_a_server_that_is_not_there_is_tried_again_later(
    conn: psycopg.Connection, a_catcher: Callable[..., Any]
) -> None:
    who = team(conn)
    via(conn, "smtp://127.0.0.1:1")
    submitted(conn, who["author"])
    work(conn)
    ((state, reply),) = copies(conn)
    assert state == "waiting"
    assert "Cannot connect" in reply
    assert conn.execute("select due_at > now() + interval '50 s', attempts from notices_copy").fetchone() == (
        True,
        1,
    )
    server = a_catcher()
    via(conn, server.url())
    conn.execute("update notices_copy set due_at = now(), queued_until = null")
    work(conn)
    assert copies(conn)[0][0] == "accepted"


@pytest.mark.parametrize(
    ("faults", "state", "said"),
    [
        ({"refuse": {"*": "550 5.1.1 Nobody here"}}, "refused", "550 5.1.1 Nobody here"),
        ({"defer_matching": {"*": "451 4.7.1 Come back"}}, "waiting", "451 4.7.1 Come back"),
        ({"drop_at": "dot"}, "in_doubt", "connection"),
    ],
)
def test_what_the_server_says_is_kept(
    conn: psycopg.Connection, a_catcher: Callable[..., Any], faults: dict[str, Any], state: str, said: str
) -> None:
    who, server = team(conn), a_catcher(**faults)
    via(conn, server.url())
    submitted(conn, who["author"])
    work(conn)
    ((found, reply),) = copies(conn)
    assert found == state
    assert said in reply


def test_after_the_last_attempt_it_is_given_up(
    conn: psycopg.Connection, a_catcher: Callable[..., Any]
) -> None:
    who, server = team(conn), a_catcher(defer_matching={"*": "451 4.7.1 Come back"})
    via(conn, server.url())
    submitted(conn, who["author"])
    for _ in range(8):
        work(conn)
        conn.execute("update notices_copy set due_at = now() where state = 'waiting'")
    ((state, reply),) = copies(conn)
    assert state == "refused"
    assert reply.startswith("given up after 8 attempts: 451")


_DYING = """
import os, signal
from penstock.notices import posting
from penstock.platform import database
from penstock.transport.smtp import single
async def die(server, envelope):
    print("begun", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
posting.hand_over = die
with database.connect() as conn:
    posting.send(conn, int(input()))
"""


@pytest.mark.parametrize(
    ("choice", "state", "arrived"), [("never_twice", "in_doubt", 0), ("never_lost", "accepted", 1)]
)
def test_a_process_that_dies_while_handing_over_leaves_it_in_doubt(
    conn: psycopg.Connection, a_catcher: Callable[..., Any], choice: str, state: str, arrived: int
) -> None:
    who, server = team(conn), a_catcher()
    delivering.policy(conn, in_doubt=choice)
    via(conn, server.url())
    submitted(conn, who["author"])
    while watching.outbox.turn(conn):
        pass
    (copy,) = conn.execute("select id from notices_copy").fetchone()
    with process(_DYING) as child:
        assert child.communicate(f"{copy}\n", timeout=30)[0] == "begun\n"
        assert child.returncode == -signal.SIGKILL
    assert copies(conn) == [("waiting", "")]
    work(conn)
    assert copies(conn)[0][0] == state
    assert len(server.catcher.messages) == arrived


def test_the_process_of_the_jobs_does_it_by_itself(
    conn: psycopg.Connection, a_catcher: Callable[..., Any]
) -> None:
    """The whole way through `python -m penstock.platform.background`, which `penstock worker` runs."""
    who, server = team(conn), a_catcher()
    via(conn, server.url())
    with process("from penstock.platform.background import main; main()") as child:
        submitted(conn, who["author"])
        eventually(lambda: server.catcher.messages)
        eventually(lambda: copies(conn)[0][0] == "accepted")
        os.kill(child.pid, signal.SIGTERM)
        assert child.wait(20) == 0


def test_reading_is_each_ones_own(conn: psycopg.Connection) -> None:
    who = team(conn)
    mailing = submitted(conn, who["author"])
    control.command(conn, mailing, "cancel", who["approver"], reason="no", confirm=True)
    watching.turn(conn)
    ada, olga = who["author"].who, who["operator"].who
    (ended,) = listing.listed(conn, 1, identity=ada)
    assert (ended.kind, ended.mailing, ended.email) == ("mailing.finished", mailing, "listed")
    assert listing.mark_read(conn, 1, [ended.id], identity=ada) == 1
    assert listing.mark_read(conn, 1, [ended.id], identity=ada) == 0
    assert listing.listed(conn, 1, identity=ada, unread=True) == []
    assert len(listing.listed(conn, 1, identity=olga, unread=True)) == 1
    everything = listing.listed(conn, 1)
    assert [notice.kind for notice in everything] == ["mailing.finished", "mailing.to_approve"]
    assert listing.listed(conn, 1, limit=1, before=everything[0].id) == everything[1:]
    assert listing.mark_read(conn, 1, None) == 2
    assert listing.listed(conn, 1, unread=True) == []
    assert listing.listed(conn, 2) == []
    assert listing.mark_read(conn, 2, [ended.id]) == 0


@pytest.mark.parametrize(
    "sender", ["", None, "nobody", "a@example.org, b@example.org", "A <a@example.org>\r\nBcc: x@y.z"]
)
def test_a_sender_that_is_none_is_refused(conn: psycopg.Connection, sender: str | None) -> None:
    with pytest.raises(settings.SettingError):
        settings.put(
            conn, 1, transport=transports.store(conn, 1, "smtp://127.0.0.1:1"), sender=sender, actor=ROOT
        )


def test_a_transport_of_another_account_is_refused(conn: psycopg.Connection) -> None:
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'other', 'UTC', '{}', now())"
    )
    with pytest.raises(settings.SettingError, match="no transport"):
        settings.put(
            conn, 2, transport=transports.store(conn, 1, "smtp://127.0.0.1:1"), sender=SENDER, actor=ROOT
        )
