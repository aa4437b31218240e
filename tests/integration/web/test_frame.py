"""The frame of the control room: who gets in, in which account, and what every answer says to the browser."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from mailbox import Maildir
from pathlib import Path

import pytest
from django.test import Client

from penstock.audience import lists
from penstock.mailing.lifecycle import COMMANDS, TABLE
from penstock.mailing.states import State
from penstock.web.room import caught, words
from tests.browser.desk import Desk
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def test_every_state_and_every_command_of_a_person_has_its_words() -> None:
    assert set(words.STATES) == set(words.FOREMOST) == {state.value for state in State}
    assert set(words.COMMANDS) == {row.command for row in TABLE if not row.is_event}
    assert {name for names in words.FOREMOST.values() for name in names} <= set(COMMANDS)


def test_what_is_offered_first_is_possible_in_that_state() -> None:
    for state, names in words.FOREMOST.items():
        possible = {row.command for row in TABLE if State(state) in row.sources}
        assert set(names) <= possible, state


@pytest.mark.usefixtures("pages")
def test_a_stranger_is_led_to_the_door_and_back() -> None:
    answer = Client(SERVER_NAME="127.0.0.1").get("/board?area=1")
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/board%3Farea%3D1")


def test_the_account_is_chosen_among_ones_own(desk: Desk, visitor: Visitors) -> None:
    anna = visitor()
    other = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    assert anna.post("/place", {"account": other.account}).status_code == 404
    desk.conn.execute(
        "insert into account_membership (person_id, account_id, roles)"
        " select id, %s, '{author}' from account_person where email = %s",
        (other.account, anna.email),
    )
    assert anna.post("/place", {"account": other.account}).status_code == 302
    assert anna.client.session["account"] == other.account


def test_the_style_guide_is_for_developers(visitor: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = visitor()
    assert anna.get("/styleguide").status_code == 404
    monkeypatch.setenv("PENSTOCK_DEVELOPER", "1")
    text = anna.text("/styleguide")
    for state in words.STATES:
        assert text.count(f'data-state="{state}"') >= 4  # on its own and with its actions, light and dark


def test_what_was_caught_is_read_by_the_platform_alone_and_runs_nothing(
    visitor: Visitors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caught.views, "folder", lambda: tmp_path / "mail")
    box = Maildir(tmp_path / "mail")
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "news@example.org", "anna@example.org", "<b>Hello</b>"
    letter.set_content("Plain words")
    letter.add_alternative("<p>Rich words</p><script>document.title = 'run'</script>", subtype="html")
    box.add(letter)
    staff = visitor(platform=True)
    listed = staff.text("/caught?q=ANNA")
    assert "&lt;b&gt;Hello" in listed
    key = re.search(r'href="/caught/([^"]+)"', listed)
    assert key
    assert "Plain words" in staff.text(f"/caught/{key[1]}")
    framed = staff.get(f"/caught/{key[1]}/html")
    assert framed["Content-Security-Policy"].startswith("sandbox")
    assert "script-src" not in framed["Content-Security-Policy"]
    assert staff.get(f"/caught/{key[1]}/source").content.startswith(b"From: news@")
    assert staff.get("/caught/..%2f..%2fetc").status_code == 404
    assert visitor().get("/caught").status_code == 403


def test_a_form_acts_in_the_account_it_was_shown_in(desk: Desk, visitor: Visitors) -> None:
    anna, other = visitor(), Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    desk.conn.execute(
        "insert into account_membership (person_id, account_id, roles)"
        " select id, %s, '{administrator}' from account_person where email = %s",
        (other.account, anna.email),
    )
    anna.post("/place", {"account": desk.account})
    field = f'<input type="hidden" name="place" value="{desk.account}">'
    assert field in anna.text("/audience/lists")
    number = desk.mailing("sending")
    assert field in anna.text("/board")
    anna.post("/place", {"account": other.account})  # in another tab
    anna.post("/audience/lists", {"place": desk.account, "name": "Friends"})
    assert [each.name for each in lists.page(desk.conn, desk.account, limit=50)].count("Friends") == 1
    assert lists.page(desk.conn, other.account, limit=50, name="Friends") == []
    anna.post("/place", {"account": other.account})
    assert anna.post(f"/mailings/{number}/pause", {"place": desk.account}).status_code == 302
    assert desk.state(number) == "paused"
    stranger = Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none")
    assert anna.post("/audience/lists", {"place": stranger.account, "name": "Foes"}).status_code == 404
