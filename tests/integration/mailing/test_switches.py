"""Kill switches: what they stop, whom they concern, who may put them, and that nothing resumes by itself."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from penstock.account.access import Forbidden
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.mailing import journal, switches
from penstock.mailing.actor import Actor
from penstock.mailing.control import CHANNEL, Refused, Request, command
from penstock.mailing.lifecycle import ADMINISTRATOR, AUTHOR, OPERATOR, PLATFORM
from penstock.mailing.repetition import KeyReused
from penstock.mailing.switches import SwitchError, UnknownSwitch
from tests.integration.delivery.stage import ANNA, add_contacts, draft, launch, reason, state

Conn = psycopg.Connection[Any]
STAFF = Actor("sven", frozenset({PLATFORM}), "cli")
OURS = Actor("olga", frozenset({OPERATOR}), "api", account=1)


@pytest.fixture
def mailing(conn: Conn) -> int:
    return draft(conn, add_contacts(conn, "all", 3))


def sends(conn: Conn, mailing: int) -> None:
    """As if it were being sent."""
    launch(conn, mailing)
    conn.execute("update mailing_mailing set state = 'sending', frozen_at = now() where id = %s", (mailing,))


SCOPES = [("all", ""), ("account", ""), ("channel", "email"), ("sender", "News@Example.org")]


@pytest.mark.behaviour("B14")
@pytest.mark.parametrize(("scope", "value"), SCOPES)
def test_a_switch_interrupts_what_is_under_way_and_keeps_the_rest_from_starting(
    conn: Conn, mailing: int, scope: str, value: str
) -> None:
    sends(conn, mailing)
    waiting = draft(conn, add_contacts(conn, "more", 2))
    command(conn, waiting, "submit", ANNA, plan={"kind": "later"})
    command(conn, waiting, "approve", ANNA, without_analysis=True)
    account = None if scope == "all" else 1
    put = switches.put(conn, STAFF, scope=scope, value=value, reason="hacked", account=account)
    assert put.interrupted == (mailing,)
    assert state(conn, mailing) == "interrupted"
    why = reason(conn, mailing)
    assert why
    assert (why["code"], why["who"]) == ("kill_switch", "Penstock")
    assert "sven: hacked" in why["text"]
    for each, name, given in (
        (mailing, "resume", {"reason": "on"}),
        (waiting, "send_now", {"confirm": True}),
    ):
        with pytest.raises(Refused) as refused:
            command(conn, each, name, ANNA, **given)
        assert refused.value.code == "kill_switch"
        assert "hacked" in str(refused.value)
        assert name not in refused.value.allowed
    at = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert command(conn, waiting, "schedule", ANNA, at=at, confirm=True).state == "scheduled", (
        "planning is no sending"
    )


@pytest.mark.behaviour("B14")
@pytest.mark.parametrize("end", ["lifted", "expired"])
def test_nothing_resumes_by_itself(conn: Conn, mailing: int, end: str) -> None:
    sends(conn, mailing)
    put = switches.put(
        conn, STAFF, scope="all", reason="hacked", expires_at=datetime.now(UTC) + timedelta(hours=1)
    )
    if end == "lifted":
        assert not switches.lift(conn, STAFF, put.switch.id, "mended").in_force
    else:
        conn.execute("update mailing_switch set expires_at = now()")
        assert not switches.find(conn, STAFF, put.switch.id).in_force
    assert state(conn, mailing) == "interrupted"
    assert command(conn, mailing, "resume", ANNA, reason="mended").state == "sending"


def test_a_switch_is_put_once_under_one_key(conn: Conn, mailing: int) -> None:
    sends(conn, mailing)
    request = Request("k", "what is asked")
    put = switches.put(conn, STAFF, scope="all", reason="hacked", request=request)
    again = switches.put(conn, STAFF, scope="all", reason="hacked", request=request)
    assert (put.repeated, again.repeated) == (False, True)
    assert (again.switch, again.interrupted) == (put.switch, (mailing,))
    assert conn.execute("select count(*) from mailing_switch").fetchone() == (1,)
    with pytest.raises(KeyReused):
        switches.put(conn, STAFF, scope="all", reason="other", request=Request("k", "something else"))
    switches.put(conn, OURS, scope="account", reason="hacked", request=request)  # a key is its maker's
    assert conn.execute("select count(*) from mailing_switch").fetchone() == (2,)


@pytest.mark.parametrize("lifted", [False, True])
def test_what_broke_off_after_the_switch_was_put_is_finished_by_the_repetition(
    conn: Conn, mailing: int, monkeypatch: pytest.MonkeyPatch, lifted: bool
) -> None:
    sends(conn, mailing)
    request = Request("k", "what is asked")

    def dies(*_: Any) -> None:
        raise psycopg.OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(switches, "_interrupt", dies)
        with pytest.raises(psycopg.OperationalError):
            switches.put(conn, STAFF, scope="all", reason="hacked", request=request)
    (there,) = switches.listed(conn, None)
    if lifted:
        switches.lift(conn, STAFF, there.id, "mended")
    again = switches.put(conn, STAFF, scope="all", reason="hacked", request=request)
    assert (again.switch.id, again.repeated) == (there.id, True)
    assert again.interrupted == (() if lifted else (mailing,))
    assert state(conn, mailing) == ("sending" if lifted else "interrupted")


@pytest.mark.parametrize(
    ("scope", "value"),
    [("sender", "other@example.org"), ("domain", "example.net"), ("transport", "of the mailing")],
)
def test_whom_a_switch_does_not_concern_goes_on(conn: Conn, mailing: int, scope: str, value: str) -> None:
    """Domains and transports withhold recipients; the mailing is not interrupted."""
    sends(conn, mailing)
    if scope == "transport":
        row = conn.execute("select transport_id from mailing_mailing").fetchone()
        assert row
        value = str(row[0])
    assert switches.put(conn, OURS, scope=scope, value=value, reason="so").interrupted == ()
    assert state(conn, mailing) == "sending"


def test_another_accounts_switch_does_not_concern_it(conn: Conn, mailing: int) -> None:
    sends(conn, mailing)
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'Other', 'UTC', '{}', now())"
    )
    assert switches.put(conn, STAFF, scope="account", reason="so", account=2).interrupted == ()
    assert (
        switches.put(
            conn, STAFF, scope="sender", value="news@example.org", reason="so", account=2
        ).interrupted
        == ()
    )
    assert state(conn, mailing) == "sending"
    assert [each.account for each in switches.listed(conn, 2)] == [2, 2]
    assert switches.listed(conn, 1) == []


def test_the_sender_is_the_address_and_not_what_stands_in_the_name(conn: Conn, mailing: int) -> None:
    conn.execute("update content_message set sender = '\"boss@bank.example\" <news@example.org>'")
    sends(conn, mailing)
    assert switches.put(conn, OURS, scope="sender", value="boss@bank.example", reason="so").interrupted == ()
    assert switches.put(conn, OURS, scope="sender", value="news@example.org", reason="so").interrupted == (
        mailing,
    )


def test_every_account_that_it_concerns_has_it_in_its_journal(conn: Conn) -> None:
    conn.execute(
        "insert into account_account (id, name, zone, policy, created_at) values (2, 'Other', 'UTC', '{}', now())"
    )
    put = switches.put(conn, STAFF, scope="all", reason="hacked")
    switches.lift(conn, STAFF, put.switch.id, "mended")
    switches.lift(conn, STAFF, put.switch.id, "mended again")
    rows = conn.execute(
        "select account_id, actor, door, command, reason, data from mailing_entry where mailing_id is null order by account_id, id"
    ).fetchall()
    told = {"switch": put.switch.id, "scope": "all", "value": ""}
    assert rows == [
        (account, "sven", "cli", name, why, told)
        for account in (1, 2)
        for name, why in (("put_switch", "hacked"), ("lift_switch", "mended"))
    ]
    assert journal.verify(conn) == []


def test_senders_are_told(conn: Conn, database: str, mailing: int) -> None:
    sends(conn, mailing)
    with psycopg.connect(database, autocommit=True) as listener:
        listener.execute(f"listen {CHANNEL}")
        put = switches.put(conn, OURS, scope="domain", value="example.net", reason="slow")
        switches.lift(conn, OURS, put.switch.id, "well again")
        assert [n.payload for n in listener.notifies(timeout=5, stop_after=2)] == [f"{mailing} sending 3"] * 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scope": "planet"}, "all, account, channel"),
        ({"scope": "all", "account": 1}, 'give "account"'),
        ({"scope": "account"}, "which account"),
        ({"scope": "account", "account": 1, "value": "x"}, "no value"),
        ({"scope": "channel", "value": "telex"}, "email"),
        ({"scope": "sender", "value": "nobody.example"}, "no @"),
        ({"scope": "domain", "value": "not a domain"}, "not possible"),
        ({"scope": "domain", "value": ""}, "nothing after"),
        ({"scope": "transport", "value": "4711"}, "no transport"),
        ({"scope": "transport", "value": "१"}, "no transport"),
        ({"scope": "all", "reason": "  "}, "Say why"),
        ({"scope": "all", "expires_at": datetime(2026, 1, 1, tzinfo=UTC)}, "time to come"),
        ({"scope": "all", "expires_at": datetime(2036, 1, 1, tzinfo=UTC).replace(tzinfo=None)}, "offset"),
    ],
)  # fmt: skip
def test_what_is_no_switch_is_refused(conn: Conn, given: dict[str, Any], words: str) -> None:
    with pytest.raises(SwitchError, match=words):
        switches.put(conn, STAFF, **{"reason": "so", **given})
    assert switches.listed(conn, None, lifted=True) == []


def test_the_domain_is_kept_as_it_is_compared(conn: Conn) -> None:
    assert (
        switches.put(conn, STAFF, scope="domain", value=" Bücher.Example ", reason="so").switch.value
        == "xn--bcher-kva.example"
    )


def test_who_may_put_and_lift(conn: Conn) -> None:
    author = Actor("ann", frozenset({AUTHOR}), "api", account=1)
    administrator = Actor("adam", frozenset({ADMINISTRATOR}), "api", account=2)
    with pytest.raises(Forbidden):
        switches.put(conn, author, scope="account", reason="so")
    with pytest.raises(SwitchError, match="platform's"):
        switches.put(conn, OURS, scope="all", reason="so")
    with pytest.raises(Forbidden, match="account 1 only"):
        switches.put(conn, OURS, scope="account", reason="so", account=2)
    everywhere = switches.put(conn, STAFF, scope="all", reason="so").switch
    ours = switches.put(conn, OURS, scope="account", reason="so").switch
    assert (everywhere.account, ours.account) == (None, 1)
    with pytest.raises(Forbidden):
        switches.lift(conn, OURS, everywhere.id, "so")
    with pytest.raises(UnknownSwitch, match=f"no kill switch {ours.id}"):
        switches.lift(conn, administrator, ours.id, "so")
    assert [switch.id for switch in switches.listed(conn, 1)] == [ours.id, everywhere.id]


SPELLINGS = [
    "Boss@Sender.Test", "boss@ｓender.test", "boss@sender。test", "boss@sender.test。", '"boss"@sender.test', '"bo\\ss"@sender.test',
    "boss(c)@sender.test", "B <boss @sender.test>", "B <boss@(c)sender.test>", "boss@sender.test,",
    '"x@y.test" <"boss"@sender.test>', "=?utf-8?q?x=40y.test?= <boss@sender.test>",
]  # fmt: skip


@pytest.mark.behaviour("B14")
def test_a_sender_is_switched_off_in_whatever_spelling(conn: Conn, mailing: int) -> None:
    switches.put(conn, STAFF, scope="sender", value="BOSS@sender.test", reason="hacked")
    for spelled in SPELLINGS:
        message = store_message(conn, 1, Message(spelled, "Hi", text="x"))
        conn.execute("update mailing_mailing set message_id = %s where id = %s", (message, mailing))
        found = conn.execute("select value from mailing_switches(%s)", (mailing,)).fetchall()
        assert found == [("boss@sender.test",)], spelled


def test_the_address_of_a_sender_is_not_one_in_its_name(conn: Conn, mailing: int) -> None:
    switches.put(conn, STAFF, scope="sender", value="boss@sender.test", reason="hacked")
    message = store_message(conn, 1, Message('"boss@sender.test" <news@example.org>', "Hi", text="x"))
    conn.execute("update mailing_mailing set message_id = %s where id = %s", (message, mailing))
    assert conn.execute("select from mailing_switches(%s)", (mailing,)).fetchall() == []
