"""A forgotten password: a link by mail where mail can be sent; nothing told about who is known; nothing secret kept."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from django.core import cache as caching

from penstock.account import invitations, links, people, profile
from penstock.account.transports import create as add_transport
from penstock.notices import settings as notices
from penstock.notices import ways_in
from penstock.transport.fate import Replied, Unanswered, Unsent
from penstock.transport.reply import Reply
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.door import PASSWORD, Guest, give_password, quick, text


def said(code: int, words: str) -> Reply:
    return Reply(code, "", words, "dot", "mx.example:25")


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch, pages: Any) -> None:
    quick(monkeypatch)
    pages.execute("truncate account_note, notices_setting, procrastinate_jobs cascade")


@pytest.fixture
def mailing(desk: Desk) -> Desk:
    """A desk whose notices leave by mail."""
    notices.put(
        desk.conn, desk.account, transport=desk.transport, sender="Desk <desk@example.org>", actor=TERMINAL
    )
    return desk


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was handed over; `answers` of the module says how the server takes it."""
    sent: list[Any] = []

    async def taken(ways: Any, envelope: Any) -> Any:
        await asyncio.sleep(0)
        sent.append(envelope)
        return Replied(said(250, "queued"))

    monkeypatch.setattr(ways_in, "hand_over", taken)
    return sent


def jobs(desk: Desk) -> list[dict[str, Any]]:
    found = desk.conn.execute(
        "select args from procrastinate_jobs where task_name = 'penstock:send_sign_in_link'"
    )
    return [row[0] for row in found.fetchall()]


def link_in(letter: Any) -> str:
    found = re.search(rb"http://\S+?(/(?:sign-in|invitation)/[\w-]{43})", letter.data.replace(b"=\r\n", b""))
    assert found, letter.data
    return found[1].decode()


def test_without_a_way_to_mail_the_page_says_whom_to_ask(desk: Desk) -> None:
    page = text(Guest().open("/sign-in/forgot"))
    assert "no mail can be sent" in page
    assert "penstock user reset" in page
    assert 'name="email"' not in page
    assert "no mail can be sent" in text(Guest().send("/sign-in/forgot", email="anna@example.org"))


def test_what_is_answered_does_not_depend_on_who_is_known(mailing: Desk) -> None:
    email = mailing.person("author")
    known = text(Guest().send("/sign-in/forgot", email=email))
    unknown = text(Guest().send("/sign-in/forgot", email="nobody@example.org"))
    assert known == unknown
    assert "If this address belongs to somebody here" in known
    assert jobs(mailing) == [{"address": email}, {"address": "nobody@example.org"}], (
        "the same work is asked for"
    )


def test_the_link_signs_in_once_and_a_password_can_be_set(mailing: Desk, letters: list[Any]) -> None:
    email = mailing.person("author")
    give_password(mailing.conn, email, "forgotten long ago")
    ways_in.send_link(mailing.conn, email, last=False)
    path = link_in(letters[0])
    guest = Guest()
    assert guest.send(path)["Location"] == "/"
    assert guest.send("/me/password", password=PASSWORD)["Location"] == "/me/password"
    assert guest.is_in, "this session goes on"
    assert Guest().send(path).status_code == 404
    assert Guest().sign_in(email, "forgotten long ago").status_code == 200
    assert Guest().sign_in(email).status_code == 302


def test_a_letter_goes_to_nobody_else(mailing: Desk, letters: list[Any]) -> None:
    locked = mailing.person("author", name="Locked")
    people.set_active(mailing.conn, email=locked, active=False, actor=TERMINAL)
    elsewhere = Desk(mailing.conn, "smtp://127.0.0.1:2525?tls=none")
    unreachable = elsewhere.person("author")
    for address in ("nobody@example.org", "no address", locked, unreachable):
        ways_in.send_link(mailing.conn, address, last=False)
    assert letters == []


def test_asking_does_not_void_a_link_that_somebody_was_given(mailing: Desk, letters: list[Any]) -> None:
    email = mailing.person("author")
    given = links.make(mailing.conn, email, TERMINAL).url
    ways_in.send_link(mailing.conn, email, last=False)
    assert links.is_good(mailing.conn, given.rpartition("/")[2])


def test_an_address_is_written_to_three_times_in_a_while(mailing: Desk) -> None:
    email = mailing.person("author")
    for number in range(6):
        Guest(f"10.0.2.{number}").send("/sign-in/forgot", email=email if number % 2 else email.upper())
        mailing.conn.execute("update procrastinate_jobs set status = 'succeeded'")
    assert len(jobs(mailing)) == 3
    for _ in range(12):
        answer = Guest("10.0.3.3").send("/sign-in/forgot", email="nobody@example.org")
    assert answer.status_code == 429


def test_the_letter_speaks_the_persons_language(mailing: Desk, letters: list[Any]) -> None:
    email = mailing.person("author")
    number = people.find(mailing.conn, email).id
    profile.change(mailing.conn, number, name="Anna", zone="UTC", language="fr")
    ways_in.send_link(mailing.conn, email, last=False)
    assert b"Votre lien pour vous connecter" in letters[0].data
    assert b"Auto-Submitted: auto-generated" in letters[0].data


def test_nothing_secret_is_kept(mailing: Desk, letters: list[Any]) -> None:
    email = mailing.person("author")
    ways_in.send_link(mailing.conn, email, last=False)
    made = invitations.make(
        mailing.conn, account=mailing.account, email="bo@example.org", roles=["author"], language="en", actor=TERMINAL, maker=None
    )  # fmt: skip
    ways_in.ask_for_invitation(mailing.conn, made)
    ways_in.send_invitation(mailing.conn, mailing.account, made.id, last=False)
    secrets = [link_in(letter).rpartition("/")[2] for letter in letters]
    tables = mailing.conn.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    for (table,) in tables:
        for secret in secrets:
            row = mailing.conn.execute(
                f"select count(*) from {table} t where t::text like %s", (f"%{secret}%",)
            ).fetchone()
            assert row == (0,), table
    assert caching.cache.get(secrets[0]) is None


@pytest.mark.parametrize(
    ("fate", "last", "state"),
    [
        (Replied(said(250, "ok")), False, "sent"),
        (Replied(said(550, "no such user")), False, "failed"),
        (Replied(said(451, "later")), False, None),
        (Replied(said(451, "later")), True, "failed"),
        (Unsent("refused", False), False, None),
        (Unsent("no such host", True), False, "failed"),
        (Unanswered("the line broke"), False, "failed"),
    ],
)
def test_what_became_of_an_invitations_letter_is_shown(
    mailing: Desk, monkeypatch: pytest.MonkeyPatch, fate: Any, last: bool, state: str | None
) -> None:
    async def answered(ways: Any, envelope: Any) -> Any:
        await asyncio.sleep(0)
        return fate

    monkeypatch.setattr(ways_in, "hand_over", answered)
    made = invitations.make(
        mailing.conn, account=mailing.account, email="bo@example.org", roles=["author"], language="en", actor=TERMINAL, maker=None
    )  # fmt: skip
    ways_in.ask_for_invitation(mailing.conn, made)
    if state is None:
        with pytest.raises(ways_in.NotYet):
            ways_in.send_invitation(mailing.conn, mailing.account, made.id, last=last)
    else:
        ways_in.send_invitation(mailing.conn, mailing.account, made.id, last=last)
    assert invitations.find(mailing.conn, mailing.account, made.id).mail == (state or "waiting")


def test_a_letter_arrives_through_a_real_server(desk: Desk, tmp_path: Path) -> None:
    from tests.acceptance.procedures.site import Post, eventually

    post = Post(tmp_path)
    try:
        way = add_transport(desk.conn, desk.account, name="Post", url=post.url, actor=TERMINAL).id
        notices.put(desk.conn, desk.account, transport=way, sender="Desk <desk@example.org>", actor=TERMINAL)
        email = desk.person("author")
        ways_in.send_link(desk.conn, email, last=True)
        letter = eventually(lambda: post.letters(email))[0]
    finally:
        post.process.terminate()
        post.process.wait(10)
    assert b"/sign-in/" in letter
