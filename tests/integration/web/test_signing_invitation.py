"""Inviting somebody: by mail or with a link to hand over, never both; what a link gives, to whom, how long, and who may give it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from penstock.account import invitations, people
from penstock.account.access import Forbidden
from penstock.mailing import journal
from penstock.mailing.actor import Actor
from penstock.notices import settings as notices
from tests.browser.desk import TERMINAL, Desk
from tests.integration.web.door import PASSWORD, Guest, give_password, quick, text


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch, pages: Any) -> None:
    quick(monkeypatch)
    pages.execute("truncate account_note")


def link_in(answer: Any) -> str:
    """The link that the page shows, as a path."""
    found = re.search(r'value="http://127\.0\.0\.1(?::\d+)?(/invitation/[\w-]{43})"', text(answer))
    assert found, text(answer)
    return found[1]


def invite(admin: Any, email: str, *roles: str) -> Any:
    return admin.post("/settings/people/invite", {"email": email, "roles": list(roles), "language": "fr"})


COME_IN = {"name": "Bo Lund", "password": PASSWORD, "language": "fr", "zone": "Europe/Stockholm"}


def test_who_is_invited_comes_in_with_name_password_language_and_zone(
    desk: Desk, visitor: Callable[..., Any]
) -> None:
    email = f"Bo@{desk.domain}"
    admin = visitor("administrator")
    path = link_in(invite(admin, email, "author", "operator"))
    listed = admin.text("/settings/people")
    assert email.lower() in listed
    assert path.rpartition("/")[2] not in listed
    guest = Guest()
    assert email.lower() in text(guest.open(path))
    assert "too common" in text(guest.send(path, **{**COME_IN, "password": "password1234"}))
    assert "at least 10" in text(guest.send(path, **{**COME_IN, "password": "short"}))
    assert "no time zone" in text(guest.send(path, **{**COME_IN, "zone": "Mars/Base"}))
    assert guest.send(path, **COME_IN)["Location"] == "/"
    assert guest.is_in
    made = people.find(desk.conn, email)
    assert (made.name, made.zone, made.language) == ("Bo Lund", "Europe/Stockholm", "fr")
    assert made.accounts == {str(desk.account): ["author", "operator"]}
    assert Guest().sign_in(email)["Location"] == "/"
    assert Guest().open(path).status_code == 404, "once"
    commands = [row[0] for row in desk.conn.execute(
        "select command from mailing_entry where account_id = %s and data->>'person' = %s order by id", (desk.account, email.lower())
    ).fetchall()]  # fmt: skip
    assert commands == [
        "person_invite",
        "invitation_link",
        "person_create",
        "person_roles",
        "invitation_accept",
    ]
    assert journal.verify(desk.conn) == []


def test_looking_uses_nothing_up_and_a_week_later_it_is_over(desk: Desk, visitor: Callable[..., Any]) -> None:
    path = link_in(invite(visitor("administrator"), f"bo@{desk.domain}", "author"))
    guest = Guest()
    for _ in range(3):
        assert guest.open(path).status_code == 200
    row = desk.conn.execute("select round(extract(epoch from expires_at - now()) / 3600) from account_invitation"
                            " where account_id = %s", (desk.account,)).fetchone()  # fmt: skip
    assert row == (7 * 24,)
    desk.conn.execute(
        "update account_invitation set expires_at = now() where account_id = %s", (desk.account,)
    )
    assert guest.open(path).status_code == 404
    assert guest.send(path, **COME_IN).status_code == 404


def test_made_again_the_link_before_is_void_and_taken_back_all_are(
    desk: Desk, visitor: Callable[..., Any]
) -> None:
    admin = visitor("administrator")
    first = link_in(invite(admin, f"bo@{desk.domain}", "author"))
    number = invitations.listed(desk.conn, desk.account)[0].id
    second = link_in(admin.post(f"/settings/people/invitations/{number}/again"))
    assert (Guest().open(first).status_code, Guest().open(second).status_code) == (404, 200)
    admin.post(f"/settings/people/invitations/{number}/revoke")
    assert Guest().open(second).status_code == 404
    assert invitations.listed(desk.conn, desk.account) == []
    assert admin.post(f"/settings/people/invitations/{number}/again").status_code == 404


def test_only_what_one_has_oneself_is_given_away(desk: Desk, visitor: Callable[..., Any]) -> None:
    assert visitor("author").get("/settings/people").status_code == 403
    assert invite(visitor("operator"), f"bo@{desk.domain}", "author").status_code == 403
    actor = Actor("x", frozenset({"operator"}), "web", desk.account)
    with pytest.raises(Forbidden):
        invitations.make(
            desk.conn,
            account=desk.account,
            email="a@example.org",
            roles=["author"],
            language="en",
            actor=actor,
            maker=None,
        )
    elsewhere = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    invite(visitor("administrator", of=elsewhere), f"bo@{desk.domain}", "author")
    number = invitations.listed(desk.conn, elsewhere.account)[0].id
    assert visitor("administrator").post(f"/settings/people/invitations/{number}/again").status_code == 404
    assert visitor("administrator").post(f"/settings/people/invitations/{number}/revoke").status_code == 404


def test_who_lost_the_right_to_invite_lets_nobody_in(desk: Desk, visitor: Callable[..., Any]) -> None:
    admin = visitor("administrator")
    path = link_in(invite(admin, f"bo@{desk.domain}", "author"))
    people.set_roles(desk.conn, email=admin.email, account=desk.account, roles=["author"], actor=TERMINAL)
    answer = Guest().send(path, **COME_IN)
    assert answer.status_code == 409
    assert "may no longer do so" in text(answer)
    with pytest.raises(people.UnknownPerson):
        people.find(desk.conn, f"bo@{desk.domain}")


def test_an_invitation_is_no_way_into_somebody_elses_rights(desk: Desk, visitor: Callable[..., Any]) -> None:
    """An administrator who invites an address that has rights elsewhere gets a link, and must not become them by it."""
    elsewhere = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    known = elsewhere.person("approver")  # who has never signed in, and has no password
    path = link_in(invite(visitor("administrator"), known, "author"))
    guest = Guest()
    assert "signs in here already" in text(guest.open(path))
    assert "signs in here already" in text(guest.send(path, **COME_IN))
    assert not guest.is_in
    assert people.find(desk.conn, known).accounts == {str(elsewhere.account): ["approver"]}


def test_who_signs_in_here_already_accepts_while_signed_in(desk: Desk, visitor: Callable[..., Any]) -> None:
    elsewhere = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    known = elsewhere.person("approver")
    give_password(desk.conn, known)
    path = link_in(invite(visitor("administrator"), known, "author"))
    other = desk.person("operator", name="Other")
    give_password(desk.conn, other)
    stranger = Guest()
    stranger.sign_in(other)
    assert "you are signed in as" in text(stranger.send(path))
    guest = Guest()
    assert guest.sign_in(known, next=path)["Location"] == path
    assert "Accept" in text(guest.open(path))
    assert guest.send(path)["Location"] == "/"
    assert people.find(desk.conn, known).accounts[str(desk.account)] == ["author"]
    assert people.find(desk.conn, known).accounts[str(elsewhere.account)] == ["approver"]
    assert invite(visitor("administrator"), known, "author").status_code == 200, (
        "is here already: the form says so"
    )


def test_with_a_way_to_mail_the_link_is_mailed_and_not_shown(desk: Desk, visitor: Callable[..., Any]) -> None:
    admin = visitor("administrator")
    notices.put(
        desk.conn, desk.account, transport=desk.transport, sender="Desk <desk@example.org>", actor=TERMINAL
    )
    assert "sent by mail" in admin.text("/settings/people/invite")
    answer = invite(admin, f"bo@{desk.domain}", "author")
    assert answer.status_code == 302
    assert "/invitation/" not in admin.text("/settings/people")
    made = invitations.listed(desk.conn, desk.account)[0]
    assert made.mail == "waiting"
    row = desk.conn.execute("select args from procrastinate_jobs where task_name = 'penstock:send_invitation'"
                            " order by id desc limit 1").fetchone()  # fmt: skip
    assert row == ({"account": desk.account, "invitation": made.id},)


def test_forged_links_lead_nowhere(desk: Desk) -> None:
    for secret in ("x", "A" * 43, "%00" * 10, "A" * 3000):
        assert Guest().open(f"/invitation/{secret}").status_code == 404
    for _ in range(40):
        answer = Guest("10.7.7.7").send("/invitation/" + "A" * 43)
    assert answer.status_code == 429
