"""Settings › People, and one's own pages: who sees and changes what, and what it does at once."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from penstock.account import people, tokens
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.door import PASSWORD, Guest, give_password, quick, text


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch, pages: Any) -> None:
    quick(monkeypatch)
    pages.execute("truncate account_note")


def number(desk: Desk, email: str) -> int:
    return people.find(desk.conn, email).id


def signed_in(desk: Desk, *roles: str, name: str = "", where: str = "10.1.2.3") -> tuple[Guest, str]:
    email = desk.person(*roles, name=name)
    give_password(desk.conn, email)
    guest = Guest(where)
    assert guest.sign_in(email).status_code == 302
    return guest, email


def test_an_administrator_changes_roles_and_takes_people_out(desk: Desk, visitor: Callable[..., Any]) -> None:
    admin = visitor("administrator")
    guest, email = signed_in(desk, "author", name="Bo")
    page = admin.text("/settings/people")
    assert email in page
    assert admin.email in page
    there = f"/settings/people/{number(desk, email)}"
    assert "checked" in admin.text(f"{there}/roles")
    assert admin.post(f"{there}/roles", {"roles": ["operator", "approver"]}).status_code == 302
    assert people.find(desk.conn, email).accounts[str(desk.account)] == ["approver", "operator"]
    assert not guest.is_in, "a role was taken away"
    assert admin.post(f"{there}/roles", {"roles": []}).status_code == 200, (
        "taking out is a question of its own"
    )
    assert admin.post(f"{there}/roles", {"roles": ["emperor"]}).status_code == 200
    assert email in admin.text(f"{there}/out")
    assert admin.post(f"{there}/out").status_code == 302
    assert people.find(desk.conn, email).accounts == {}
    assert email not in admin.text("/settings/people")


def test_who_is_elsewhere_is_not_there(desk: Desk, visitor: Callable[..., Any]) -> None:
    elsewhere = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    there = f"/settings/people/{number(desk, elsewhere.person('author'))}"
    admin = visitor("administrator")
    for path in (f"{there}/roles", f"{there}/out"):
        assert admin.get(path).status_code == 404
        assert admin.post(path, {"roles": ["author"]}).status_code == 404


def test_the_platforms_mark_and_the_lock_are_the_platforms(desk: Desk, visitor: Callable[..., Any]) -> None:
    admin, staff = visitor("administrator"), visitor("author", platform=True)
    guest, email = signed_in(desk, "operator", name="Bo")
    there = f"/settings/people/{number(desk, email)}"
    for path in (f"{there}/platform", f"{there}/lock"):
        assert admin.post(path, {"yes": ""}).status_code == 403
        assert staff.get(path).status_code == 405
    assert "Make staff" not in admin.text("/settings/people")
    answer = staff.post(f"{there}/platform", {"yes": ""})
    assert answer.status_code == 302, text(answer)
    assert people.find(desk.conn, email).is_platform
    assert guest.is_in
    staff.post(f"{there}/platform")
    assert not people.find(desk.conn, email).is_platform
    assert not guest.is_in
    staff.post(f"{there}/lock")
    assert not people.find(desk.conn, email).is_active
    assert guest.sign_in(email).status_code == 200
    staff.post(f"{there}/lock", {"yes": ""})
    assert guest.sign_in(email).status_code == 302


def test_names_cannot_run_scripts(desk: Desk, visitor: Callable[..., Any]) -> None:
    evil = '"><script>alert(1)</script>'
    email = desk.person("author", name="Bo")
    desk.conn.execute("update account_person set name = %s where email = %s", (evil, email))
    admin, there = visitor("administrator"), f"/settings/people/{number(desk, email)}"
    for path in ("/settings/people", f"{there}/roles", f"{there}/out"):
        page = admin.text(path)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_one_changes_name_language_and_zone(desk: Desk) -> None:
    guest, email = signed_in(desk, "author")
    assert email in text(guest.open("/me"))
    assert guest.send("/me", name="Anna", language="fr", zone="Europe/Paris")["Location"] == "/me"
    page = guest.open("/me")
    assert '<html lang="fr">' in text(page)
    assert page["Content-Language"] == "fr"
    made = people.find(desk.conn, email)
    assert (made.name, made.language, made.zone) == ("Anna", "fr", "Europe/Paris")
    for wrong in ({"zone": "Mars/Base"}, {"language": "xx"}, {"name": ""}, {"name": "a\nb\x00"}):
        assert (
            guest.send("/me", **{"name": "Anna", "language": "fr", "zone": "UTC"} | wrong).status_code == 200
        )
    assert people.find(desk.conn, email).zone == "Europe/Paris"


def test_without_a_choice_the_browser_says_the_language(desk: Desk) -> None:
    guest, _email = signed_in(desk, "author")
    assert (
        '<html lang="fr">'
        in guest.client.get("/me", headers={"Accept-Language": "fr-CA,en;q=0.5"}).content.decode()
    )
    assert (
        '<html lang="en">' in guest.client.get("/me", headers={"Accept-Language": "de,xx"}).content.decode()
    )
    guest.send("/me", name="Anna", language="en", zone="UTC")
    assert '<html lang="en">' in guest.client.get("/me", headers={"Accept-Language": "fr"}).content.decode()
    assert (
        '<html lang="fr">'
        in Guest().client.get("/sign-in", headers={"Accept-Language": "fr"}).content.decode()
    )


def test_times_are_in_ones_own_zone(desk: Desk) -> None:
    guest, email = signed_in(desk, "author")
    desk.conn.execute("update account_person set zone = 'Asia/Tokyo' where email = %s", (email,))
    assert "JST" in text(guest.open("/me/sessions"))


def test_a_new_password_ends_every_other_session(desk: Desk) -> None:
    guest, email = signed_in(desk, "author")
    other = Guest()
    other.sign_in(email)
    before = guest.session
    assert guest.open("/me/password").status_code == 302
    guest.send("/sign-in/again?next=/me/password", password=PASSWORD)
    for weak in ("short", "password1234", email, "1234567890"):
        assert guest.send("/me/password", password=weak).status_code == 200, weak
    assert guest.send("/me/password", password="quite another kettle")["Location"] == "/me/password"
    assert guest.is_in
    assert guest.session != before
    assert not other.is_in
    assert "this one" in text(guest.open("/me/sessions"))
    assert Guest().sign_in(email).status_code == 200
    row = desk.conn.execute(
        "select data from mailing_entry where command = 'password_change' and actor = %s", (email,)
    )
    assert row.fetchall() == [({"person": email},)]
    kept = desk.conn.execute(
        "select count(*) from django_session where session_data like '%kettle%'"
    ).fetchone()
    assert kept == (0,)


def test_sessions_are_listed_and_ended(desk: Desk) -> None:
    guest, email = signed_in(desk, "author")
    other, third, fourth = (Guest(f"10.5.5.{n}") for n in range(3))
    for each in (other, third, fourth):
        each.sign_in(email)
    page = text(guest.open("/me/sessions"))
    assert "10.5.5.1" in page
    assert "this one" in page
    assert "End the 3 other sessions" in page
    found = re.findall(r'name="session" value="(\d+)"', page)
    stranger, _address = signed_in(desk, "operator", name="Stranger")
    assert stranger.send("/me/sessions", session=found[0]).status_code == 404
    assert guest.send("/me/sessions", session=found[0]).status_code == 302
    assert [each.is_in for each in (other, third, fourth)].count(False) == 1
    guest.send("/me/sessions", session="others")
    assert not any(each.is_in for each in (other, third, fourth))
    assert guest.is_in
    assert stranger.is_in


def test_ones_own_tokens_are_listed_and_given_up(desk: Desk) -> None:
    guest, email = signed_in(desk, "author")
    person = number(desk, email)
    own = tokens.create(
        desk.conn, account=desk.account, name="mine", scopes=["author"], person=person, actor=TERMINAL
    ).token
    other = tokens.create(
        desk.conn, account=desk.account, name="shared", scopes=["author"], actor=TERMINAL
    ).token
    page = text(guest.open("/me/tokens"))
    assert "mine" in page
    assert "shared" not in page
    assert guest.send("/me/tokens", token=str(other.id)).status_code == 404
    assert guest.send("/me/tokens", token=str(own.id)).status_code == 302
    assert [each.name for each in tokens.listed(desk.conn, desk.account)] == ["shared"]


def test_who_came_by_a_link_and_has_no_password_is_offered_one(desk: Desk) -> None:
    email = desk.person("author")
    guest = Guest()
    guest.send("/sign-in/" + desk.sign_in_link(email, "").rpartition("/")[2])
    assert "no password" in text(guest.open("/me/sessions"))
    assert guest.send("/me/password", password=PASSWORD).status_code == 302
    assert "no password" not in text(guest.open("/me/sessions"))


def test_strangers_are_led_to_the_door_and_back(desk: Desk) -> None:
    for path in (
        "/me",
        "/me/password",
        "/me/sessions",
        "/me/tokens",
        "/settings/people",
        "/me/second",
        "/me/second/app",
    ):
        where = Guest().open(path)["Location"]
        assert where.startswith(("/sign-in?next=/", "/sign-in?next=%2F", "/sign-in/again?next=")), where


def test_who_has_no_role_anywhere_is_told_and_can_leave(desk: Desk) -> None:
    guest, email = signed_in(desk, "author")
    desk.conn.execute("delete from account_membership where person_id = %s", (number(desk, email),))
    answer = guest.open("/me")
    assert answer.status_code == 403
    assert "no role in any account" in text(answer)
    assert 'action="/sign-out"' in text(answer)
    assert guest.open("/me/second")["Location"] == "/me"


def test_who_is_in_already_is_led_on_from_the_door(desk: Desk) -> None:
    guest, _email = signed_in(desk, "author")
    assert guest.open("/sign-in?next=/me/sessions")["Location"] == "/me/sessions"
