"""Signing in by address and password: who gets in, what those who do not are told, and how often they may try."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from penstock.account import people
from penstock.mailing import journal
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.door import PASSWORD, Guest, give_password, quick, text


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture
def email(desk: Desk) -> str:
    address = desk.person("author")
    give_password(desk.conn, address)
    return address


@pytest.fixture
def guest(pages: Any) -> Guest:
    pages.execute("truncate account_note")  # what others tried is forgotten
    return Guest()


def test_a_password_signs_in_and_the_session_is_a_new_one(desk: Desk, guest: Guest, email: str) -> None:
    guest.client.cookies["sessionid"] = "a" * 32
    answer = guest.sign_in(email.upper() + " ")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert guest.session != "a" * 32
    assert guest.is_in
    row = desk.conn.execute("select password from account_person where email = %s", (email,)).fetchone()
    assert row
    assert row[0].startswith("argon2$argon2id$")
    entries = desk.conn.execute(
        "select data from mailing_entry where command = 'sign_in' and actor = %s", (email,)
    )
    assert entries.fetchall() == [({"person": email, "by": ["password"]},)]
    assert journal.verify(desk.conn) == []


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("/me/sessions", "/me/sessions"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"), ("http:///evil.example", "/"), ("http://127.0.0.1/me", "/"), ("me", "/"),
    ],
)  # fmt: skip
def test_one_is_led_on_to_our_own_pages_only(guest: Guest, email: str, wanted: str, there: str) -> None:
    assert guest.sign_in(email, next=wanted)["Location"] == there


def test_what_is_refused_tells_nothing_about_who_is_here(desk: Desk, guest: Guest, email: str) -> None:
    locked = desk.person("approver", name="Locked")
    give_password(desk.conn, locked)
    people.set_active(desk.conn, email=locked, active=False, actor=TERMINAL)
    passwordless = desk.person("operator", name="Fresh")
    told = set()
    for address, password in (
        (email, "wrong wrong"), ("nobody@example.org", PASSWORD), (locked, PASSWORD), (passwordless, PASSWORD), (email, ""),
        ("not an address", PASSWORD), ("x\x00y@example.org", PASSWORD),
    ):  # fmt: skip
        answer = guest.sign_in(address, password)
        assert answer.status_code == 200
        assert not guest.is_in
        if password and "\x00" not in address:
            told.add(text(answer).partition('role="alert">')[2].partition("<")[0])
    assert told == {"This address and this password do not fit together."}


def test_unknown_and_known_addresses_cost_the_same_work(
    guest: Guest, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from penstock.web.entrance.hashing import Argon2

    counted: list[str] = []
    hashed, checked = Argon2.encode, Argon2.verify

    def counting(self: Argon2, password: str, salt: str) -> str:
        counted.append("made")
        return hashed(self, password, salt)

    def checking(self: Argon2, password: str, encoded: str) -> bool:
        counted.append("checked")
        return checked(self, password, encoded)

    monkeypatch.setattr(Argon2, "encode", counting)
    monkeypatch.setattr(Argon2, "verify", checking)
    guest.sign_in(email, "wrong wrong")
    assert len(counted) == 1
    guest.sign_in("nobody@example.org")
    assert len(counted) == 2


def test_a_refusal_is_noted_without_what_was_typed(
    guest: Guest, email: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "penstock.sign-in"):
        guest.sign_in(email, "my secret typo")
        guest.sign_in("my secret typo", "x")
    assert [record.getMessage() for record in caplog.records] == [
        f"sign-in refused: {email}, from 10.1.2.3",
        "sign-in refused: an unknown address, from 10.1.2.3",
    ]


def test_five_failures_close_an_address_for_all_who_try_and_all_processes(
    desk: Desk, guest: Guest, email: str
) -> None:
    for number in range(5):
        assert "do not fit" in text(Guest(f"10.0.0.{number}").sign_in(email, "wrong wrong"))
    answer = Guest("10.0.1.1").sign_in(email)
    assert "Wait five minutes" in text(answer)
    assert not Guest("10.0.1.1").is_in
    kept = desk.conn.execute(
        "select count(*) from account_note where cache_key like '%login_failed%'"
    ).fetchone()
    assert kept
    assert kept[0] > 0, "counted in the database, which all web processes share"
    other = desk.person("operator")
    give_password(desk.conn, other)
    assert guest.sign_in(other).status_code == 302, "others are not shut out"


def test_who_tries_many_addresses_is_shut_out_for_a_while(guest: Guest) -> None:
    for number in range(20):
        guest.sign_in(f"nobody{number}@example.org")
    assert "Wait five minutes" in text(guest.sign_in("nobody@example.org"))
    for _ in range(9):
        guest.sign_in("nobody@example.org")
    answer = guest.sign_in("nobody@example.org")
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Too many attempts" in text(answer)
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_who_is_right_again_and_again_is_never_shut_out(guest: Guest, email: str) -> None:
    for _ in range(7):
        assert Guest().sign_in(email).status_code == 302


def test_nobody_signs_up(guest: Guest) -> None:
    for path in ("/signup", "/accounts/signup/", "/sign-in/signup", "/sign-up"):
        assert guest.open(path).status_code == 404


def test_the_page_keeps_the_rooms_rules(guest: Guest) -> None:
    answer = guest.open("/sign-in")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]
    page = text(answer)
    assert "style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_signing_out_ends_the_session(guest: Guest, email: str) -> None:
    guest.sign_in(email)
    old = guest.session
    assert guest.open("/sign-out").status_code == 405
    assert guest.send("/sign-out")["Location"] == "/sign-in"
    guest.client.cookies["sessionid"] = old
    assert not guest.is_in


def test_taking_away_a_role_or_locking_out_ends_sessions_at_once(
    desk: Desk, guest: Guest, email: str, visitor: Callable[..., Any]
) -> None:
    def in_again() -> None:
        guest.sign_in(email)
        assert guest.is_in

    in_again()
    people.set_roles(
        desk.conn, email=email, account=desk.account, roles=["author", "operator"], actor=TERMINAL
    )
    assert guest.is_in, "more roles end nothing"
    people.set_roles(desk.conn, email=email, account=desk.account, roles=["operator"], actor=TERMINAL)
    assert not guest.is_in
    in_again()
    people.set_active(desk.conn, email=email, active=False, actor=TERMINAL)
    people.set_active(desk.conn, email=email, active=True, actor=TERMINAL)
    assert not guest.is_in, "let in again, the sessions of before are still over"
