"""Commands given by pages: what each asks and says, what it does, how it refuses."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from penstock.account import tokens
from penstock.audience import suppression
from penstock.mailing import queue
from penstock.mailing.lifecycle import TABLE
from penstock.mailing.states import State
from penstock.report.progress import progress
from penstock.web.room.deciding.asking import ASKED, WHEN
from penstock.web.room.deciding.reading import READERS
from tests.browser.desk import TERMINAL, Desk, tomorrow
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]


def test_every_command_of_a_person_has_its_form() -> None:
    assert set(ASKED) == {row.command for row in TABLE if not row.is_event} - {"edit"}
    parts = {part for asked in ASKED.values() for part in asked.parts}
    assert parts == set(READERS)
    assert set(WHEN) <= parts


def test_each_command_has_a_page_in_each_state_that_knows_it(desk: Desk, visitor: Visitors) -> None:
    anna = visitor(platform=True)
    for state, number in desk.all_states().items():
        for row in TABLE:
            if State(state) in row.sources and row.command in ASKED:
                page = anna.get(f"/mailings/{number}/{row.command.replace('_', '-')}", HX_Request="true")
                assert page.status_code == 200, (state, row.command)
                assert 'id="dialog-title"' in page.content.decode(), (state, row.command)


def _give(person: Visitor, mailing: int, command: str, **fields: Any) -> Any:
    """Open the page of a command and send its form with these fields, as a browser without scripts does."""
    path = f"/mailings/{mailing}/{command}"
    page = person.text(f"{path}?next=/there")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    return person.post(path, hidden | fields)


def _said(person: Visitor, answer: Any) -> str:
    """The notice that stands on the next page."""
    assert answer.status_code == 302, f"{answer.status_code} {_text(answer)}"
    page = person.client.get("/board").content.decode()
    notices = re.findall(r'<li class="notice.*?</li>', page, re.DOTALL)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", " ".join(notices)).split()))


def _text(answer: Any) -> str:
    main = answer.content.decode().partition("<main")[2] or answer.content.decode()
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


def test_the_click_of_cancel_pauses_and_the_question_comes_after(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sending", "Spring sale", count=10), visitor("operator")
    asked = operator.post(f"/mailings/{mailing}/cancel", {"next": "/board"}, HX_Request="true")
    assert asked.status_code == 200
    assert desk.state(mailing) == "paused"
    text = _text(asked)
    assert "Paused. 1 message was on the wire." in text
    assert "Cancel sending" in text
    assert 'data-left="/mailings/' in asked.content.decode()
    assert re.search(r'value="drop"\s+checked', asked.content.decode())


def test_without_scripts_the_click_of_cancel_leads_to_a_page(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sending", "Spring sale"), visitor("operator")
    answer = operator.post(f"/mailings/{mailing}/cancel", {"next": "/board"})
    assert (answer.status_code, answer["Location"]) == (302, f"/mailings/{mailing}/cancel?next=%2Fboard")
    assert "Paused. 1 message was on the wire." in operator.text(answer["Location"])
    left = operator.get(f"/mailings/{mailing}/kept?next=/board")
    assert left["Location"] == "/board"
    page = operator.text("/board")
    assert "stays paused" in page
    assert f'href="/mailings/{mailing}/resume?next=%2Fboard"' in page


def test_cancelling_takes_a_reason_and_tells_what_it_ends(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("paused", "Spring sale"), visitor("operator")
    refused = _give(operator, mailing, "cancel", reason=" ")
    assert refused.status_code == 409
    assert "Say why: give a reason." in _text(refused)
    assert desk.state(mailing) == "paused"
    assert "is cancelled" in _said(operator, _give(operator, mailing, "cancel", reason="Wrong price"))
    assert desk.state(mailing) == "cancelled"


def test_prepared_messages_can_be_let_out_and_the_numbers_are_exact(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = (
        desk.mailing("paused", count=12),
        visitor("operator"),
    )  # 4 sent, 1 tried again, packages of 4
    page = operator.text(f"/mailings/{mailing}/cancel")
    text = unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))
    dropped = re.search(r"Drop them: (\d+) recipients? do", text)
    let_out = re.search(r"Let them go out: (\d+) messages? still leaves?, (\d+) recipients", text)
    assert dropped
    assert let_out
    answer = _give(operator, mailing, "cancel", reason="Wrong price", prepared="deliver")
    assert answer.status_code == 302
    figures = progress(desk.conn, mailing)
    assert figures.cancelled == int(let_out[2])
    assert int(let_out[1]) + int(let_out[2]) == int(dropped[1])


def test_pausing_is_one_click_whatever_happened_since(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sending", "Spring sale"), visitor("operator")
    answer = operator.post(f"/mailings/{mailing}/pause", {"version": "1", "next": "/board"})
    assert desk.state(mailing) == "paused"
    said = _said(operator, answer)
    assert said.startswith("Paused. 1 message was on the wire.")
    assert said.endswith("Resume")
    again = operator.post(f"/mailings/{mailing}/pause", {"version": "1", "next": "/board"})
    assert _said(operator, again).startswith("It is paused already.")


def test_a_script_is_told_where_to_go_and_the_notice_waits_there(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sending"), visitor("operator")
    answer = operator.post(f"/mailings/{mailing}/pause", {"next": "/board"}, HX_Request="true")
    assert (answer.status_code, answer["HX-Redirect"]) == (200, "/board")
    assert "Paused." in operator.text("/board")


def test_resuming_tells_what_it_will_find_and_can_postpone(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("paused"), visitor("operator")
    page = operator.text(f"/mailings/{mailing}/resume")
    assert "It goes on where it stopped; nobody gets it twice." in page
    plan = tomorrow()
    said = _said(operator, _give(operator, mailing, "resume", when="at", at=plan["at"], zone="Asia/Tokyo"))
    assert "is sent on" in said
    assert "JST" in said
    assert desk.state(mailing) == "scheduled"


def test_after_an_interruption_somebody_says_what_was_done(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("interrupted"), visitor("operator")
    refused = _give(operator, mailing, "resume")
    assert refused.status_code == 409
    assert "Say what was done about the cause" in _text(refused)
    assert _give(operator, mailing, "resume", reason="The server is back.").status_code == 302
    assert desk.state(mailing) == "sending"


def test_scheduling_says_when_with_the_zone(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("parked", count=3), visitor("operator")
    page = operator.text(f"/mailings/{mailing}/schedule")
    assert re.search(r"<span data-label>Schedule</span>", page)
    assert '<option value="Pacific/Chatham">' in page
    refused = _give(operator, mailing, "schedule", at="2020-01-01T09:00", zone="Europe/Paris")
    assert "is past" in _text(refused)
    answer = _give(operator, mailing, "schedule", at="2030-12-01T09:00", zone="Europe/Paris")
    assert "is sent on Dec. 1, 2030 09:00 CET" in _said(operator, answer)


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2030-03-31T02:30", "does not exist in Europe/Paris"),
        ("2030-10-27T02:30", "occurs twice"),
    ],
)
def test_times_that_do_not_exist_or_occur_twice_are_asked_about(
    desk: Desk, visitor: Visitors, at: str, words: str
) -> None:
    mailing, operator = desk.mailing("parked", count=3), visitor("operator")
    refused = _give(operator, mailing, "schedule", at=at, zone="Europe/Paris")
    assert refused.status_code == 409
    assert words in _text(refused)
    if "twice" in words:
        assert 'name="fold" value="second"' in refused.content.decode()
        answer = _give(operator, mailing, "schedule", at=at, zone="Europe/Paris", fold="second")
        assert "02:30 CET" in _said(operator, answer)


def test_unscheduling_is_a_notice_that_is_confirmed(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("scheduled"), visitor("operator")
    assert "It becomes a draft again: its approval is void" in operator.text(
        f"/mailings/{mailing}/unschedule"
    )
    bare = operator.post(f"/mailings/{mailing}/unschedule", {"next": "/"})
    assert bare.status_code == 409
    assert desk.state(mailing) == "scheduled"
    assert "is a draft again" in _said(operator, _give(operator, mailing, "unschedule"))
    assert desk.state(mailing) == "draft"


def test_inside_the_edit_lock_the_plan_stays_and_the_page_says_what_is_possible(
    desk: Desk, visitor: Visitors
) -> None:
    mailing, operator = desk.mailing("scheduled", plan=tomorrow()), visitor("operator")
    desk.conn.execute(
        "update mailing_mailing set due_at = now() + interval '4 minutes' where id = %s", (mailing,)
    )
    page = operator.text(f"/mailings/{mailing}/unschedule")
    assert "its plan and content are locked" in page
    assert "data-give" not in page
    assert 'data-command="pause"' in page
    refused = operator.post(f"/mailings/{mailing}/schedule", {"at": "2030-12-01T09:00", "confirm": "yes"})
    assert refused.status_code == 409
    assert desk.state(mailing) == "scheduled"


def test_sending_is_confirmed_by_the_number_where_the_account_asks(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("parked", count=1200), visitor("operator")
    desk.policy(confirm_send="type_count")
    page = operator.text(f"/mailings/{mailing}/send-now")
    assert "Send now to 1,200" in page
    assert "type the number of recipients: 1,200" in page
    for wrong in ("yes", "1199", ""):
        assert _give(operator, mailing, "send-now", confirm=wrong).status_code == 409
    assert _give(operator, mailing, "send-now", confirm="1,200").status_code == 302
    assert desk.state(mailing) == "starting"


def test_a_start_can_be_taken_back_beside_its_notice(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("parked"), visitor("operator")
    assert _said(operator, _give(operator, mailing, "send-now")).endswith("Take back")
    version = desk.conn.execute("select version from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert version
    answer = operator.post(f"/mailings/{mailing}/undo", {"version": str(version[0]), "next": "/board"})
    assert "is taken back; nothing has left" in _said(operator, answer)
    assert desk.state(mailing) == "parked"


def test_the_sequence_is_reordered_unless_it_changed_meanwhile(desk: Desk, visitor: Visitors) -> None:
    first, second = desk.mailing("queued", "First"), desk.mailing("queued", "Second")
    operator = visitor("operator")
    stale = dict(
        re.findall(
            r'<input type="hidden" name="(\w+)" value="([^"]*)"', operator.text(f"/mailings/{second}/move")
        )
    )
    assert "“Second” is number 1 in the sequence." in _said(
        operator, _give(operator, second, "move", position="1")
    )
    assert queue.listed(desk.conn, desk.account)[1] == [second, first]
    refused = operator.post(f"/mailings/{second}/move", stale | {"position": "2", "key": "", "version": ""})
    assert refused.status_code == 409
    assert "The sequence has changed" in _text(refused)
    assert queue.listed(desk.conn, desk.account)[1] == [second, first]
    nowhere = _give(operator, first, "move", position="9")
    assert "give 1 to 2" in _text(nowhere)


def test_a_form_sent_twice_is_carried_out_once(desk: Desk, visitor: Visitors) -> None:
    mailing, author = desk.mailing("draft", "Spring sale"), visitor("author")
    page = author.text(f"/mailings/{mailing}/copy")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    there = {author.post(f"/mailings/{mailing}/copy", hidden)["Location"] for _ in range(2)}
    assert len(there) == 1
    other = author.post(f"/mailings/{mailing}/copy", hidden | {"version": "77"})
    assert "This form was sent before" in _text(other)


def test_a_button_pressed_twice_makes_one_copy(desk: Desk, visitor: Visitors) -> None:
    mailing, author = desk.mailing("draft", "Spring sale"), visitor("author")
    there = [author.post(f"/mailings/{mailing}/copy", {"csrfmiddlewaretoken": page, "version": "1"})["Location"]
             for page in ("one", "one", "another")]  # fmt: skip
    assert there[0] == there[1] != there[2]


def test_a_pause_on_an_old_page_stops_what_was_resumed_since(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sending"), visitor("operator")
    page = operator.text(f"/mailings/{mailing}/pause")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    for _ in range(2):
        assert operator.post(f"/mailings/{mailing}/pause", hidden).status_code == 302
        assert desk.state(mailing) == "paused"
        desk.give(mailing, "resume")


def test_what_changed_meanwhile_is_said_and_shown(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("scheduled", "Spring sale"), visitor("operator")
    page = operator.text(f"/mailings/{mailing}/unschedule")
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    desk.give(mailing, "park")
    refused = operator.post(f"/mailings/{mailing}/unschedule", hidden)
    assert refused.status_code == 409
    assert "It has changed since you looked at it." in _text(refused)
    assert 'data-state="parked"' in refused.content.decode()


def test_what_the_state_does_not_know_is_refused_with_what_is_possible(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sent"), visitor("operator")
    refused = operator.post(f"/mailings/{mailing}/pause", {"next": "/"})
    assert refused.status_code == 409
    assert "pause is not possible in the state sent" in _text(refused)
    assert 'data-command="copy"' in refused.content.decode()


def test_who_has_not_the_role_is_refused_and_offered_what_they_may(desk: Desk, visitor: Visitors) -> None:
    mailing, author = desk.mailing("in_review"), visitor("author")
    refused = author.post(f"/mailings/{mailing}/approve", {"without_analysis": "1", "next": "/"})
    assert refused.status_code == 409
    assert "approve is for the role" in _text(refused)
    assert desk.state(mailing) == "in_review"


def test_another_accounts_mailing_is_not_there(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sending")
    stranger = visitor(of=Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none"))
    for name in ASKED:
        spoken = name.replace("_", "-")
        assert stranger.get(f"/mailings/{mailing}/{spoken}").status_code == 404
        assert stranger.post(f"/mailings/{mailing}/{spoken}", {"reason": "x"}).status_code == 404
    assert stranger.get(f"/mailings/{mailing}/kept").status_code == 404
    assert desk.state(mailing) == "sending"


def test_a_way_back_leads_nowhere_else(desk: Desk, visitor: Visitors) -> None:
    operator = visitor("operator")
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        mailing = desk.mailing("sending")
        answer = operator.post(f"/mailings/{mailing}/pause", {"next": back})
        assert "evil" not in answer["Location"]
        assert "javascript" not in answer["Location"]


def test_approving_says_whether_somebody_looked(desk: Desk, visitor: Visitors) -> None:
    approver = visitor("approver")
    for looked in (True, False):
        mailing = desk.mailing("in_review", count=5)
        page = approver.text(f"/mailings/{mailing}/approve")
        seen = re.search(r'name="digest" value="(\w+)"', page)
        assert seen
        answer = _give(
            approver, mailing, "approve", without_analysis="yes", **({"digest": seen[1]} if looked else {})
        )
        assert "is sent on" in _said(approver, answer)
        row = desk.conn.execute(
            "select reviewed from mailing_approval where mailing_id = %s", (mailing,)
        ).fetchone()
        assert row == (looked,)


def test_a_mailing_whose_analysis_runs_is_approved_when_that_is_said(desk: Desk, visitor: Visitors) -> None:
    mailing, approver = desk.mailing("in_review"), visitor("approver")
    refused = _give(approver, mailing, "approve")
    assert refused.status_code == 409
    assert "Its analysis is not over" in _text(refused)


def test_the_ground_of_a_refusal_is_named(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_moderation")
    platform = visitor("approver", platform=True)
    refused = _give(platform, mailing, "reject", reason="Forbidden goods")
    assert "Name the ground" in _text(refused)
    assert _give(platform, mailing, "reject", reason="Forbidden goods", ground="conduct").status_code == 302
    assert desk.state(mailing) == "rejected"


def test_some_in_doubt_are_picked(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("sent"), visitor("operator")
    page = operator.text(f"/mailings/{mailing}/release-doubt")
    seqs = re.findall(r'name="seq" value="(\d+)"', page)
    assert len(seqs) == 1
    nobody = _give(operator, mailing, "release-doubt", which="some", reason="Its log says so")
    assert "Pick those to whom" in _text(nobody)
    answer = _give(operator, mailing, "release-doubt", which="some", seq=seqs[0], reason="Its log says so")
    assert answer.status_code == 302
    assert desk.state(mailing) == "finishing"


def test_the_rest_is_sent_or_corrected(desk: Desk, visitor: Visitors) -> None:
    operator = visitor("operator", "author")
    mailing = desk.mailing("cancelled", count=12)
    assert "It goes to the 6 recipients whom it did not reach" in operator.text(
        f"/mailings/{mailing}/send-rest"
    )
    assert _give(operator, mailing, "send-rest", kind="now").status_code == 302
    assert desk.state(mailing) == "starting"
    paused = desk.mailing("paused", "Spring sale", count=12)
    answer = _give(operator, paused, "fix-rest", reason="Wrong price")
    assert desk.state(paused) == "cancelled"
    assert "is the correction of “Spring sale”" in _said(operator, answer)


def test_hostile_words_stay_words(desk: Desk, visitor: Visitors) -> None:
    hostile = "<script>alert(1)</script>"
    mailing, operator = desk.mailing("scheduled", hostile), visitor("operator")
    refused = _give(operator, mailing, "cancel", reason="")
    assert hostile not in refused.content.decode()
    answer = _give(operator, mailing, "pause")
    assert answer.status_code == 302
    desk.give(mailing, "cancel", reason=hostile)
    assert hostile not in operator.text(f"/mailings/{mailing}/copy")


def test_a_zone_that_is_none_is_said_and_the_page_stands(desk: Desk, visitor: Visitors) -> None:
    approver = visitor("approver")
    mailing = desk.mailing("in_review", count=3)
    for zone in ("Mars/Olympus", "../../etc/passwd", "\0"):
        refused = _give(approver, mailing, "edit-plan", kind="at", at="2030-12-01T09:00", zone=zone)
        assert refused.status_code == 409
        assert "There is no time zone" in _text(refused)
    answer = _give(approver, mailing, "edit-plan", kind="at", at="2030-12-01T09:00", zone=" tokyo")
    assert answer.status_code == 302
    row = desk.conn.execute(
        "select plan ->> 'zone' from mailing_mailing where id = %s", (mailing,)
    ).fetchone()
    assert row == ("Asia/Tokyo",)


@pytest.mark.behaviour("B9")
def test_before_resuming_one_sees_what_was_missed_who_came_and_who_is_gone(
    desk: Desk, visitor: Visitors
) -> None:
    operator = visitor("operator")
    readers = desk.list(12)
    mailing = desk.mailing("paused", to=readers, plan={"kind": "now", "ends_at": "2031-12-01T09:00"})
    desk.list(0, addresses=["late@example.net"])
    desk.conn.execute(
        "insert into audience_membership (list_id, contact_id) select %s, id from audience_contact"
        " where account_id = %s and normal = 'late@example.net'",
        (readers, desk.account),
    )
    suppression.suppress(desk.conn, desk.account, f"reader12@{desk.domain}", "complaint", "test")
    facts = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", operator.text(f"/mailings/{mailing}/resume")))
    assert facts["Suppressed meanwhile, skipped"] == "1"
    assert facts["Joined the audience, will get it"] == "1"
    assert facts["Goes on with package"] == "2"
    assert "2031" in facts["End date"]
    late = desk.mailing("scheduled", count=7)
    desk.give(late, "pause")
    desk.conn.execute("update mailing_mailing set due_at = now() - interval '1 hour' where id = %s", (late,))
    words = "Its time passed while it was paused. Without another date it starts at once and goes to 7 recipients."
    assert words in operator.text(f"/mailings/{late}/resume")


@pytest.mark.behaviour("S3.1")
@pytest.mark.parametrize("door", ["page", "api"])
@pytest.mark.parametrize(
    ("state", "command", "leads"),
    [
        ("sending", "pause", "paused"),
        ("paused", "resume", "sending"),
        ("paused", "cancel", "cancelled"),
        ("scheduled", "unschedule", "draft"),
    ],
)
def test_all_four_work_on_the_page_and_over_the_api(
    desk: Desk, visitor: Visitors, door: str, state: str, command: str, leads: str
) -> None:
    mailing, operator = desk.mailing(state), visitor("operator")
    if door == "page":
        _give(operator, mailing, command, reason="So it goes")
    else:
        secret = tokens.create(
            desk.conn, name="machine", account=desk.account, scopes=["operator"], actor=TERMINAL
        ).secret
        given = {"reason": "So it goes", "confirm": True}
        answer = Client(SERVER_NAME="127.0.0.1").post(
            f"/api/v1/mailings/{mailing}/{command}", given, "application/json",
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip
        assert answer.status_code == 200, answer.content
    assert desk.state(mailing) == leads
