"""Writing a mailing by plain forms: four steps, saved, checked, sent; what others change meanwhile is told."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from penstock.content.messages import load_message
from penstock.mailing import mailings, saved
from penstock.mailing.mailings import Mailing
from penstock.web.room.writing import fields
from tests.browser.desk import Desk, tomorrow

HTML = '<p>Dear {{ first_name }}</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'


def draft_of(desk: Desk, number: int) -> Mailing:
    found = mailings.find(desk.conn, desk.account, number)
    assert found
    return found


def number_in(url: str) -> int:
    match = re.search(r"/mailings/(\d+)", url)
    assert match, url
    return int(match[1])


def said(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


@pytest.fixture
def author(visitor: Callable[..., Any]) -> Any:
    return visitor("author")


@pytest.fixture
def draft(desk: Desk) -> int:
    """A draft to twelve readers."""
    return desk.draft("Harvest", html=HTML)


def step(number: int, name: str = "message") -> str:
    return f"/mailings/{number}/edit?step={name}"


@pytest.mark.behaviour("S2.1")
@pytest.mark.behaviour("S4.24")
def test_from_nothing_to_the_board(desk: Desk, visitor: Callable[..., Any]) -> None:
    desk.policy(approvals_required=0, confirm_send="click")
    everything, readers = visitor(), desk.list(7)
    begun = everything.post("/mailings/new", {"name": "Spring", "begin": "html"})
    number = number_in(begun.url)
    assert draft_of(desk, number).state == "draft"
    version = draft_of(desk, number).version
    typed = {"version": version, "name": "Spring news", "sender": "News <news@example.org>", "subject": "Hi {{ first_name }}",
             "form": "html", "html": HTML, "text": "", "go": "audience"}  # fmt: skip
    on = everything.post(step(number), typed)
    assert on.url.endswith("step=audience")
    chosen = {"version": draft_of(desk, number).version, "list": readers, "go": "send"}
    assert everything.post(step(number, "audience"), chosen).url.endswith("step=send")
    last = everything.text(step(number, "send"))
    for words in ("Send now to 7", "Schedule", "Put in sequence", "Decide later"):
        assert words in last
    asked = everything.post(
        f"/mailings/{number}/edit/send", {"do": "now", "version": draft_of(desk, number).version}
    )
    assert asked.status_code == 200
    assert "Send now to 7?" in said(asked)
    assert draft_of(desk, number).state == "draft", "asked, not sent"
    sure = {
        "do": "now",
        "sure": "yes",
        "confirm": "yes",
        "version": draft_of(desk, number).version,
        "next": "/board",
    }
    sent = everything.post(f"/mailings/{number}/edit/send", sure)
    assert sent.url == "/board"
    assert draft_of(desk, number).state == "starting"


def test_what_was_typed_is_stored(desk: Desk, author: Any, draft: int) -> None:
    typed = {"version": draft_of(desk, draft).version, "name": " Harvest 2 ", "subject": "A\r\nB", "sender": "a@example.org",
             "reply_to": "", "headers": "X-One: 1\r\nX-Two: a:b", "form": "html", "html": "<p>x</p>\r\n<p>y</p>",
             "text": "\r\nHello\r\n"}  # fmt: skip
    assert author.post(step(draft), typed).status_code == 302
    now = draft_of(desk, draft)
    message = load_message(desk.conn, now.message)
    assert message
    assert now.name == "Harvest 2"
    assert (message.subject, message.html, message.text) == ("A B", "<p>x</p>\n<p>y</p>", "Hello")
    assert message.headers == {"X-One": "1", "X-Two": "a:b"}
    assert message.reply_to is None


def test_nothing_typed_is_no_new_version(desk: Desk, author: Any, draft: int) -> None:
    before = draft_of(desk, draft).version
    author.post(step(draft), {"version": before, "name": "Harvest", "form": "html", "html": HTML})
    assert draft_of(desk, draft).version == before


def test_typing_is_saved_by_scripts_with_a_part_for_an_answer(desk: Desk, author: Any, draft: int) -> None:
    before = draft_of(desk, draft).version
    answer = author.post(step(draft), {"version": before, "subject": "Typed"}, HX_Request="true")
    assert answer.status_code == 200
    assert f'data-version="{before + 1}"' in answer.content.decode()
    assert "<main" not in answer.content.decode()


def test_what_is_typed_within_minutes_is_one_version(
    desk: Desk, visitor: Callable[..., Any], draft: int
) -> None:
    def type_words(who: Any, words: str) -> None:
        fields = {"version": draft_of(desk, draft).version, "subject": words}
        assert who.post(step(draft), fields, HX_Request="true").status_code == 200

    author, other = visitor("author"), visitor("administrator")
    for words in ("N", "Ne", "New"):
        type_words(author, words)
    type_words(other, "Other words")
    type_words(author, "News")
    author.post(step(draft), {"version": draft_of(desk, draft).version, "subject": "Saved by the button"})
    versions = [each.subject for each in saved.listed(desk.conn, draft)]
    assert versions == ["Saved by the button", "News", "Other words", "New", "Harvest"]
    desk.conn.execute(
        "update mailing_saved set at = at - interval '6 minutes' where mailing_id = %s", (draft,)
    )
    type_words(author, "Later")
    assert len(saved.listed(desk.conn, draft)) == 6


@pytest.mark.parametrize("by_script", [False, True])
def test_what_somebody_else_changed_is_told_and_nothing_is_lost(
    desk: Desk, visitor: Callable[..., Any], draft: int, by_script: bool
) -> None:
    before = draft_of(desk, draft).version
    visitor("administrator").post(step(draft), {"version": before, "subject": "Theirs"})
    headers = {"HX_Request": "true"} if by_script else {}
    mine = visitor("author")
    refused = mine.post(step(draft), {"version": before, "subject": "Mine <b>"}, **headers)
    assert refused.status_code == 409
    assert "somebody else changed this mailing" in said(refused)
    assert "administrator" in said(refused)
    if not by_script:
        assert 'value="Mine &lt;b&gt;"' in refused.content.decode(), "what was typed stands there still"
        assert f'name="version" value="{before + 1}"' in refused.content.decode(), (
            "saved once more it goes over theirs"
        )
    mine.post(step(draft), {"version": before + 1, "subject": "Mine"})
    subjects = mine.text(f"/mailings/{draft}/edit/earlier")
    assert "Theirs" in subjects
    assert "Mine" in subjects


@pytest.mark.parametrize("version", [{}, {"version": ""}, {"version": "now"}])
def test_a_form_that_does_not_say_what_it_looked_at_changes_nothing(
    desk: Desk, author: Any, draft: int, version: dict[str, str]
) -> None:
    before = draft_of(desk, draft)
    refused = author.post(step(draft), {"subject": "Unseen", **version})
    assert (refused.status_code, draft_of(desk, draft).message) == (409, before.message)


@pytest.mark.behaviour("B7")
def test_who_goes_ahead_is_chosen_in_the_step_send(desk: Desk, author: Any, draft: int) -> None:
    address = f"/mailings/{draft}/edit?step=send"
    assert "Recipients who go ahead" in author.text(address)
    for typed, kept in (
        ("250", {"canary_size": 250, "canary_wait": 0}),
        ("", {"canary_wait": 0}),
        ("many", {"canary_wait": 0}),
    ):
        given = {
            "version": draft_of(desk, draft).version,
            "kind": "later",
            "canary_size": typed,
            "canary_wait": "0",
        }
        author.post(address, given)
        assert {k: v for k, v in draft_of(desk, draft).options.items() if k in given} == kept


@pytest.mark.parametrize("rate", ["1_0", "٣", "inf"])
def test_a_rate_that_is_no_number_to_a_reader_is_refused(
    desk: Desk, author: Any, draft: int, rate: str
) -> None:
    typed = {"version": draft_of(desk, draft).version, "kind": "now", "rate": rate}
    assert author.post(step(draft, "send"), typed).status_code == 422
    assert "rate" not in draft_of(desk, draft).options


def test_what_is_tracked_is_chosen_where_it_is_sent_and_said_on_its_page(
    desk: Desk, author: Any, draft: int
) -> None:
    desk.policy(track_opens="on")
    assert "Tracked Openings" in said(author.get(f"/mailings/{draft}"))
    shown = author.text(step(draft, "send"))
    assert 'placeholder="harvest"' in shown
    typed = {"kind": "later", "rate": "5", "track_clicks": "on", "track_opens": "off", "utm_tags": "on", "utm_source": " news ",
             "utm_campaign": "", "utm_medium": ""}  # fmt: skip
    author.post(step(draft, "send"), {"version": draft_of(desk, draft).version, **typed})
    chosen = {"track_clicks": "on", "track_opens": "off", "utm_tags": "on", "utm_source": "news", "rate": 5}
    assert draft_of(desk, draft).options == chosen
    assert "Tracked Clicks ; UTM tags: news, email, harvest" in said(author.get(f"/mailings/{draft}"))
    author.post(
        step(draft, "send"), {"version": draft_of(desk, draft).version, "track_clicks": "", "utm_source": ""}
    )
    assert draft_of(desk, draft).options == {"track_opens": "off", "utm_tags": "on", "rate": 5}


def test_a_tag_of_other_letters_is_refused_with_the_reason(desk: Desk, author: Any, draft: int) -> None:
    typed = {"version": draft_of(desk, draft).version, "kind": "now", "utm_campaign": "Frühling & Co"}
    refused = author.post(step(draft, "send"), typed)
    assert refused.status_code == 422
    assert "utm_campaign has 1 to 100 Latin letters" in said(refused)
    assert "utm_campaign" not in draft_of(desk, draft).options


def test_many_are_counted_behind_the_last_question(
    desk: Desk, author: Any, draft: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("penstock.delivery.chosen.count_soon", lambda *_: None)
    sent = {"version": draft_of(desk, draft).version, "kind": "now", "do": "now"}
    asked = author.post(f"/mailings/{draft}/edit/send", sent)
    assert "many; they are being counted" in said(asked)
    counted = author.get(f"/mailings/{draft}/edit/count?short=1", HX_Request="true")
    assert said(counted).split() == ["12", "recipients."]


def test_an_earlier_version_is_taken_again(desk: Desk, author: Any, draft: int) -> None:
    first = load_message(desk.conn, draft_of(desk, draft).message)
    author.post(
        step(draft), {"version": draft_of(desk, draft).version, "form": "html", "html": "<p>Other</p>"}
    )
    assert "Other" in author.text(f"/mailings/{draft}/edit/earlier/2")
    assert "Dear" in author.get(f"/mailings/{draft}/edit/earlier/1/look").content.decode()
    taken = {"number": 1, "version": draft_of(desk, draft).version}
    assert author.post(f"/mailings/{draft}/edit/earlier", taken).url == f"/mailings/{draft}/edit"
    assert load_message(desk.conn, draft_of(desk, draft).message) == first
    assert author.get(f"/mailings/{draft}/edit/earlier/99").status_code == 404


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": " "}, "printable line"),
        ({"form": "design", "design": "{"}, "no JSON"),
        ({"form": "design", "design": "[1]"}, "is an object"),
        ({"headers": "no colon"}, "has no colon"),
        ({"form": "html", "html": "x" * 1_000_001}, "1,000,000"),
        ({"transport": "999999"}, "no transport"),
    ],
)
def test_what_cannot_be_stored_says_why_and_stays(
    desk: Desk, author: Any, draft: int, typed: dict[str, str], words: str
) -> None:
    before = draft_of(desk, draft)
    refused = author.post(step(draft), {"version": before.version, **typed})
    assert refused.status_code == 422
    assert words in said(refused)
    assert draft_of(desk, draft) == before
    part = author.post(step(draft), {"version": before.version, **typed}, HX_Request="true")
    assert part.status_code == 422
    assert words in said(part)


def test_the_live_look_shows_what_was_typed_and_runs_nothing(author: Any, draft: int) -> None:
    hostile = "<script>alert(1)</script><p>Dear {{ first_name }}, typed</p>"
    answer = author.post(f"/mailings/{draft}/edit/look", {"form": "html", "html": hostile})
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    body = answer.content.decode()
    assert re.search(r"Dear \w+, typed", body), body
    broken = author.post(f"/mailings/{draft}/edit/look", {"form": "html", "html": "{{ first_name "})
    assert "cannot be shown yet" in said(broken)
    outside = author.post(f"/mailings/{draft}/edit/look", {"form": "html", "html": HTML, "pictures": "yes"})
    assert "img-src data: https:" in outside.headers["Content-Security-Policy"]
    assert "img-src data: https:" not in policy


def test_the_audience_is_counted_as_it_is_chosen(desk: Desk, author: Any, draft: int) -> None:
    other, sent = desk.list(5), desk.mailing("sent", count=4)
    counted = author.get(f"/mailings/{draft}/edit/count?list={other}", HX_Request="true")
    assert 'data-counted="5"' in counted.content.decode()
    rule = draft_of(desk, sent).audience
    left = author.get(
        f"/mailings/{draft}/edit/count?list={rule['list']}&not_reached_by={sent}", HX_Request="true"
    )
    assert int(re.findall(r'data-counted="(\d+)"', left.content.decode())[0]) < 4
    foreign = Desk(desk.conn, "smtp://127.0.0.1:1").list(3)
    assert f"no list {foreign}" in said(author.get(f"/mailings/{draft}/edit/count?list={foreign}"))


def test_the_audience_step_saves_the_rule(desk: Desk, author: Any, draft: int) -> None:
    other, sent = desk.list(5), desk.mailing("sent", count=4)
    chosen = {
        "version": draft_of(desk, draft).version,
        "list": other,
        "not_reached_by": [sent],
        "go": "check",
    }
    assert author.post(step(draft, "audience"), chosen).url.endswith("step=check")
    assert draft_of(desk, draft).audience == {"list": other, "not_reached_by": [sent]}
    assert 'type="checkbox" name="not_reached_by"' in author.text(step(draft, "audience"))


@pytest.mark.behaviour("S2.10")
@pytest.mark.behaviour("S4.16")
def test_schedule_by_form_says_when_it_is_sent(desk: Desk, visitor: Callable[..., Any], draft: int) -> None:
    desk.policy(approvals_required=0)
    who, plan = visitor(), tomorrow()
    fields = {"do": "at", "at": plan["at"], "zone": "Europe/Paris", "version": draft_of(desk, draft).version}
    asked = who.post(f"/mailings/{draft}/edit/send", fields)
    assert asked.status_code == 200
    assert "Schedule?" in said(asked)
    assert draft_of(desk, draft).plan == {"kind": "at", "at": plan["at"], "zone": "Europe/Paris"}
    sure = {
        "do": "at",
        "sure": "yes",
        "confirm": "yes",
        "version": draft_of(desk, draft).version,
        "next": "/board",
    }
    who.post(f"/mailings/{draft}/edit/send", sure)
    assert draft_of(desk, draft).state == "scheduled"
    assert re.search(r"is sent on .*CES?T", who.text("/board")), "with its zone"


@pytest.mark.parametrize(
    ("at", "zone", "words"),
    [
        ("2020-01-01T10:00", "UTC", "is past"),
        ("2031-03-30T02:30", "Europe/Paris", "does not exist"),
        ("2031-10-26T02:30", "Europe/Paris", "occurs twice"),
        ("2031-10-26T02:30", "Mars/Olympus", "no time zone"),
        ("", "UTC", "No time is given yet"),
        ("soon", "UTC", "is no time"),
    ],
)
def test_a_time_that_cannot_be_is_refused_where_it_was_typed(
    author: Any, desk: Desk, draft: int, at: str, zone: str, words: str
) -> None:
    fields = {"do": "at", "kind": "at", "at": at, "zone": zone, "version": draft_of(desk, draft).version}
    refused = author.post(f"/mailings/{draft}/edit/send", fields)
    assert refused.status_code == 409
    assert words in said(refused)
    assert f'value="{at}"' in refused.content.decode()
    assert draft_of(desk, draft).state == "draft"


@pytest.mark.behaviour("S2.23")
def test_decide_later_needs_no_further_yes(desk: Desk, visitor: Callable[..., Any], draft: int) -> None:
    desk.policy(approvals_required=0)
    who = visitor()
    who.post(
        f"/mailings/{draft}/edit/send",
        {"do": "later", "version": draft_of(desk, draft).version, "next": "/board"},
    )
    assert draft_of(desk, draft).state == "parked"


@pytest.mark.behaviour("S2.17")
def test_planning_one_in_sequence_warns_of_those_that_wait(
    desk: Desk, visitor: Callable[..., Any], draft: int
) -> None:
    desk.policy(approvals_required=0)
    who = visitor()
    desk.mailing("queued")
    asked = who.post(
        f"/mailings/{draft}/edit/send", {"do": "sequence", "version": draft_of(desk, draft).version}
    )
    assert asked.status_code == 200
    assert "sequence" in said(asked)
    assert re.search(r'class="notice warning"><p>[^<]*(wait|sequence)', asked.content.decode())


def test_an_author_submits_for_approval(desk: Desk, author: Any, draft: int) -> None:
    last = author.text(step(draft, "send"))
    assert "Submit for approval" in last
    assert "Approve and send now" not in last
    sure = {"do": "now", "sure": "yes", "confirm": "yes", "version": draft_of(desk, draft).version}
    author.post(f"/mailings/{draft}/edit/send", sure)
    assert draft_of(desk, draft).state == "in_review"


@pytest.mark.behaviour("S1.2")
def test_who_may_approve_does_it_with_one_button(desk: Desk, visitor: Callable[..., Any], draft: int) -> None:
    who = visitor()
    assert "Approve and send now to 12" in who.text(step(draft, "send"))
    version = draft_of(desk, draft).version
    asked = who.post(f"/mailings/{draft}/edit/send", {"do": "approve now", "version": version})
    assert "Approve and send now to 12?" in said(asked)
    sure = {"do": "approve now", "sure": "yes", "confirm": "yes", "version": draft_of(desk, draft).version}
    who.post(f"/mailings/{draft}/edit/send", sure)
    assert draft_of(desk, draft).state == "starting"
    desk.policy(four_eyes="on")
    other = desk.draft("Four eyes", html=HTML)
    assert "Approve and" not in who.text(step(other, "send"))


@pytest.mark.behaviour("S5.19")
def test_the_number_is_typed_where_the_account_asks_for_it(
    desk: Desk, visitor: Callable[..., Any], draft: int
) -> None:
    desk.policy(approvals_required=0, confirm_send="type_count")
    who, send = visitor(), f"/mailings/{draft}/edit/send"
    version = draft_of(desk, draft).version
    asked = who.post(send, {"do": "now", "version": version})
    assert "Type the number of recipients" in said(asked)
    assert "It is 12." in said(asked)
    version = draft_of(desk, draft).version
    wrong = who.post(send, {"do": "now", "sure": "yes", "confirm": "11", "version": version})
    assert wrong.status_code == 409
    assert draft_of(desk, draft).state == "draft"
    who.post(send, {"do": "now", "sure": "yes", "confirm": "12", "version": version})
    assert draft_of(desk, draft).state == "starting"


@pytest.mark.behaviour("S1.4")
def test_what_is_not_whole_cannot_be_sent_and_says_what_is_missing(desk: Desk, author: Any) -> None:
    number = number_in(author.post("/mailings/new", {"name": "Bare", "begin": "design"}).url)
    last = author.text(step(number, "send"))
    assert "It cannot be sent yet" in last
    assert "no audience" in last
    refused = author.post(
        f"/mailings/{number}/edit/send", {"do": "now", "version": draft_of(desk, number).version}
    )
    assert refused.status_code == 409
    assert draft_of(desk, number).state == "draft"
    for name in ("message", "audience", "check"):
        author.text(step(number, name))


@pytest.mark.behaviour("S4.6")
@pytest.mark.behaviour("S3.7")
def test_what_is_no_draft_is_not_edited_and_says_what_is_possible(
    desk: Desk, visitor: Callable[..., Any]
) -> None:
    who = visitor()
    for state, words in (("in_review", "Withdraw"), ("scheduled", "Unschedule"), ("sending", "Copy"), ("paused", "Fix the rest"),
                         ("rejected", "Revise"), ("sent", "Copy")):  # fmt: skip
        number = desk.mailing(state)
        before = draft_of(desk, number)
        shut = who.get(step(number))
        assert shut.status_code == 200
        assert words in said(shut), state
        refused = who.post(
            step(number), {"version": before.version, "subject": "Sneaked in"}, HX_Request="true"
        )
        assert refused.status_code == 409
        for way in ("edit/send", "edit/form"):
            assert who.post(f"/mailings/{number}/{way}", {"do": "now", "to": "html"}).status_code == 409
        assert draft_of(desk, number) == before


def test_blocks_become_mjml_and_html(desk: Desk, author: Any) -> None:
    number = number_in(author.post("/mailings/new", {"name": "Blocks", "begin": "design"}).url)

    def form() -> str:
        message = load_message(desk.conn, draft_of(desk, number).message)
        assert message
        return fields.form_of(message)

    assert form() == "design"
    for wanted in ("mjml", "html", "design"):
        author.post(
            f"/mailings/{number}/edit/form", {"to": wanted, "version": draft_of(desk, number).version}
        )
        assert form() == wanted


def test_others_have_no_way_in(desk: Desk, visitor: Callable[..., Any], draft: int) -> None:
    elsewhere = Desk(desk.conn, "smtp://127.0.0.1:1")
    stranger = visitor("administrator", of=elsewhere)
    for path in (
        "edit",
        "edit/look",
        "edit/count",
        "edit/earlier",
        "edit/earlier/1",
        "edit/earlier/1/look",
        "edit/template",
    ):
        assert stranger.get(f"/mailings/{draft}/{path}").status_code == 404, path
        assert stranger.post(f"/mailings/{draft}/{path}", {"name": "x", "number": 1}).status_code == 404, path
    for path in ("edit/send", "edit/form"):
        assert stranger.post(f"/mailings/{draft}/{path}", {"do": "now", "to": "html"}).status_code == 404, (
            path
        )
    approver = visitor("approver")
    assert approver.get(f"/mailings/{draft}/edit").status_code == 403
    assert approver.get("/mailings/new").status_code == 403


def test_hostile_words_stay_words(desk: Desk, author: Any) -> None:
    evil = "</textarea><script>alert(1)</script>"
    number = desk.draft(evil, html=evil, subject=evil)
    for name in ("message", "audience", "send"):
        assert "<script>alert" not in author.text(step(number, name))


def test_faults_of_blocks_are_told_by_their_place(desk: Desk, author: Any) -> None:
    number = number_in(author.post("/mailings/new", {"name": "Blocks", "begin": "design"}).url)
    button = {"type": "button", "text": "Go", "link": ""}
    document = {
        "version": 1,
        "blocks": [button, {"type": "columns", "columns": [{"blocks": [button]}, {"blocks": []}]}],
    }
    fields = {"version": draft_of(desk, number).version, "form": "design", "design": json.dumps(document)}
    told = said(author.post(step(number), fields, HX_Request="true"))
    assert "Block 1: it has no address" in told
    assert "Block 2, column 1, block 1: it has no address" in told
    look = said(author.post(f"/mailings/{number}/edit/look", fields))
    assert "Go" in look, "the rest is seen all the same"
