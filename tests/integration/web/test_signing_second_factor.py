"""The second factor: set up with proof of who it is, asked for whichever way one comes, each code good once, and the way back."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from penstock.account import links
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.door import PASSWORD, Guest, code, give_password, quick, text


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    quick(monkeypatch)


@pytest.fixture
def email(desk: Desk) -> str:
    address = desk.person("author")
    give_password(desk.conn, address)
    return address


@pytest.fixture
def guest(pages: Any, email: str) -> Iterator[Guest]:
    """Somebody who has signed in with their password."""
    pages.execute("truncate account_note")
    here = Guest()
    here.sign_in(email)
    return here


def set_up(guest: Guest) -> tuple[str, list[str]]:
    """Set up an app; return its key and the recovery codes."""
    asked = guest.open("/me/second/app")
    if asked.status_code == 302:
        assert asked["Location"].startswith("/sign-in/again?next=")
        assert guest.send(asked["Location"], password=PASSWORD)["Location"] == "/me/second/app"
        asked = guest.open("/me/second/app")
    page = text(asked)
    assert 'src="data:image/svg+xml;base64,' in page
    key = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert key
    answer = guest.send("/me/second/app", code=code(key[1]))
    assert answer["Location"] == "/me/second/codes", text(answer)
    shown = text(guest.open("/me/second/codes"))
    return key[1], re.findall(r"^(?:.*<pre>)?(\d{8})$", shown, re.M)


def test_an_app_is_set_up_and_asked_for(desk: Desk, guest: Guest, email: str) -> None:
    key, codes = set_up(guest)
    assert len(codes) == 10
    assert codes[0] not in text(guest.open("/me/second/codes")), "shown once"
    row = desk.conn.execute("select string_agg(data::text, '') from mfa_authenticator").fetchone()
    assert row
    assert key not in row[0], "encrypted with the home's key"
    assert codes[0] not in row[0], "encrypted with the home's key"
    other = Guest()
    assert other.sign_in(email, next="/me/sessions")["Location"] == "/sign-in/second"
    assert not other.is_in
    assert "not right" in text(other.send("/sign-in/second", code="000000"))
    assert other.send("/sign-in/second", code=code(key, 1))["Location"] == "/me/sessions"
    assert other.is_in
    late = Guest()
    late.sign_in(email)
    assert "not right" in text(late.send("/sign-in/second", code=code(key, 1))), "a code gets in once"
    assert not late.is_in


def test_a_recovery_code_gets_in_once(guest: Guest, email: str) -> None:
    _key, codes = set_up(guest)
    for ends in ("/", ""):
        other = Guest()
        other.sign_in(email)
        answer = other.send("/sign-in/second", code=codes[3])
        assert answer.headers.get("Location", "") == ends
    assert "9 codes are left" in text(guest.open("/me/second"))


def test_guessing_codes_ends_after_five(guest: Guest, email: str) -> None:
    key, _codes = set_up(guest)
    other = Guest("10.9.9.9")
    other.sign_in(email)
    for number in range(5):
        assert "not right" in text(other.send("/sign-in/second", code=f"00000{number}"))
    assert "Wait five minutes" in text(other.send("/sign-in/second", code=code(key)))
    assert not other.is_in


def test_a_link_does_not_replace_the_second_factor(desk: Desk, guest: Guest, email: str) -> None:
    set_up(guest)
    other = Guest()
    path = "/sign-in/" + links.make(desk.conn, email, TERMINAL).url.rpartition("/")[2]
    assert other.send(path)["Location"] == "/sign-in/second"
    assert not other.is_in
    path = "/sign-in/" + links.reset(desk.conn, email, TERMINAL).url.rpartition("/")[2]
    assert other.send(path)["Location"] == "/sign-in/second"
    assert not guest.is_in, "a reset ends every session"


def test_who_lost_it_gets_in_by_the_owner_of_the_machine(desk: Desk, guest: Guest, email: str) -> None:
    set_up(guest)
    path = "/sign-in/" + links.reset(desk.conn, email, TERMINAL, second_factor=True).url.rpartition("/")[2]
    other = Guest()
    assert other.send(path)["Location"] == "/"
    assert other.is_in


def test_nothing_is_changed_without_proof_of_who_it_is(guest: Guest) -> None:
    for path in ("/me/second/app", "/me/second/keys/new", "/me/password"):
        assert unquote(guest.open(path)["Location"]) == f"/sign-in/again?next={path}"
    assert "not your password" in text(guest.send("/sign-in/again?next=/me/password", password="wrong wrong"))
    set_up(guest)
    later = guest.client.session
    later["account_authentication_methods"] = []
    later.save()
    for path in ("/me/second/app/off", "/me/second/codes/new"):
        assert guest.open(path)["Location"].startswith("/sign-in/again?next=")
        assert guest.send(path)["Location"].startswith("/sign-in/again?next=")
    assert "App that makes codes" in text(guest.open("/me/second"))


def test_the_app_is_removed_and_asked_for_no_more(guest: Guest, email: str) -> None:
    set_up(guest)
    assert "Remove the app" in text(guest.open("/me/second/app/off"))
    assert guest.send("/me/second/app/off")["Location"] == "/me/second"
    assert Guest().sign_in(email)["Location"] == "/"


def test_new_codes_void_those_before(guest: Guest, email: str) -> None:
    _key, codes = set_up(guest)
    assert guest.send("/me/second/codes/new")["Location"] == "/me/second/codes"
    other = Guest()
    other.sign_in(email)
    assert "not right" in text(other.send("/sign-in/second", code=codes[0]))


def test_a_passkey_that_is_none_is_refused(guest: Guest) -> None:
    stranger = Guest()
    offered = stranger.client.get("/sign-in/key", headers={"Accept": "application/json"}).json()
    assert offered["request_options"]["publicKey"]["userVerification"] == "required"
    for nonsense in (
        "{}",
        "[]",
        "null",
        '{"id": "x", "rawId": "x", "response": {"userHandle": "Zg"}, "type": "public-key"}',
        "x",
    ):
        assert stranger.send("/sign-in/key", credential=nonsense)["Location"] == "/sign-in"
        assert not stranger.is_in


def test_the_key_page_offers_options_to_the_script_only_as_data(guest: Guest) -> None:
    guest.send("/sign-in/again?next=/me/second/keys/new", password=PASSWORD)
    page = text(guest.open("/me/second/keys/new"))
    assert '<script id="key-options" type="application/json">' in page
    assert "Keys take scripts" in page
    answer = guest.send("/me/second/keys/new", name="x", credential="{}")
    assert answer.status_code == 200
