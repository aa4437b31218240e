"""The page behind the link to unsubscribe: what a person gets, single lists off and on, everything off, and undoing it."""

import re
from typing import Any

import pytest
from django.test import Client

from penstock.audience import lists, suppression
from penstock.audience.contacts import find_list
from penstock.content.links import NOBODY, tokens
from penstock.feedback import preferences
from penstock.platform.environment import link_key
from tests.browser.desk import Desk

CLICK = {"List-Unsubscribe": "One-Click"}


class Reader:
    """Somebody who got a mailing, and has no session and no cookie."""

    def __init__(self, desk: Desk, seq: int = 1) -> None:
        self.desk, self.client = desk, Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
        self.readers = desk.list(3)
        self.mailing = desk.begun(desk.release(desk.draft(to=self.readers)))
        self.contact, self.normal = desk.conn.execute(
            "select contact, normal from delivery_recipient where mailing = %s and seq = %s",
            (self.mailing, seq),
        ).fetchone()
        self.token = tokens(self.mailing, seq, link_key())[1].decode()

    def get(self, query: str = "") -> str:
        answer = self.client.get(f"/u/{self.token}{query}")
        assert answer.status_code == 200
        return str(answer.content.decode())

    def post(self, fields: dict[str, Any], status: int = 200) -> str:
        answer = self.client.post(f"/u/{self.token}", fields)
        assert answer.status_code == status
        return str(answer.content.decode())

    def on(self, number: int) -> bool:
        row = self.desk.conn.execute(
            "select from audience_membership where list_id = %s and contact_id = %s", (number, self.contact)
        ).fetchone()
        return row is not None

    def suppressed(self) -> str | None:
        return suppression.suppressed(self.desk.conn, self.desk.account, self.normal)

    def events(self) -> list[tuple[str, Any]]:
        return self.desk.conn.execute(
            "select kind, data from feedback_event where mailing = %s and contact = %s order by id", (self.mailing, self.contact)
        ).fetchall()  # fmt: skip

    def form(self, page: str, which: int) -> dict[str, list[str]]:
        """The fields of a form of the page, as a browser would send them back untouched."""
        body = re.findall(r"<form.*?</form>", page, re.S)[which]
        fields: dict[str, list[str]] = {}
        for tag in re.findall(r"<input[^>]*>", body):
            told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            if told["type"] != "checkbox" or "checked" in tag:
                fields.setdefault(told["name"], []).append(told["value"])
        return fields


@pytest.fixture
def reader(desk: Desk) -> Reader:
    return Reader(desk)


def public(reader: Reader, name: str, **more: Any) -> int:
    given = {"public": True, "title": name.title(), **more}
    return lists.create(reader.desk.conn, reader.desk.account, name, **given).id


def test_it_shows_what_is_public_and_to_look_at_it_does_nothing(reader: Reader) -> None:
    news = public(reader, "monthly news", description="On the first <b>of</b> each month.")
    lists.create(reader.desk.conn, reader.desk.account, "our worst payers")
    lists.join(reader.desk.conn, reader.desk.account, news, reader.contact)
    page = reader.get()
    assert "Monthly News" in page
    assert "On the first &lt;b&gt;of&lt;/b&gt; each month." in page
    assert "worst payers" not in page
    assert reader.normal not in page
    assert preferences.masked(reader.normal) in page
    assert "<script" not in page
    assert reader.form(page, 0) == {"do": ["lists"], "list": [str(news)], "shown": [str(news)]}
    assert (reader.on(news), reader.suppressed(), reader.events()) == (True, None, [])
    assert "Ce que vous recevez" in reader.get("?language=fr")


def test_lists_are_left_and_joined_and_the_choice_undone(reader: Reader) -> None:
    news, offers = public(reader, "news"), public(reader, "offers")
    lists.join(reader.desk.conn, reader.desk.account, news, reader.contact)
    done = reader.post({"do": "lists", "shown": [news, offers], "list": [offers]})
    assert "Your choice is saved." in done
    assert (reader.on(news), reader.on(offers)) == (False, True)
    assert reader.on(reader.readers), "what is not public is none of their business"
    reader.post(reader.form(done, 0))
    assert (reader.on(news), reader.on(offers)) == (True, False)
    assert reader.events() == [
        ("left", {"list": news}), ("joined", {"list": offers}), ("left", {"list": offers}), ("joined", {"list": news}),
    ]  # fmt: skip
    assert reader.suppressed() is None
    assert "Nothing has changed." in reader.post({"do": "lists", "shown": [news, offers], "list": [news]})


def test_to_and_fro_makes_no_more_events_than_one_an_hour(reader: Reader) -> None:
    news = public(reader, "news")
    for _ in range(5):
        reader.post({"do": "lists", "shown": [news], "list": [news]})
        reader.post({"do": "lists", "shown": [news]})
        reader.post(CLICK)
        reader.post({"do": "undo"})
    assert [kind for kind, _ in reader.events()] == ["joined", "left", "unsubscribed", "resubscribed"]


def test_only_public_lists_of_this_account_that_were_shown_are_touched(reader: Reader, desk: Desk) -> None:
    news, later = public(reader, "news"), public(reader, "later")
    for number in (news, later):
        lists.join(desk.conn, desk.account, number, reader.contact)
    theirs = Reader(Desk(desk.conn, "smtp://127.0.0.1:2525?tls=none"))
    foreign = public(theirs, "foreign")
    reader.post({"do": "lists", "shown": [news, reader.readers, foreign], "list": [foreign]})
    assert (reader.on(news), reader.on(later), reader.on(reader.readers)) == (False, True, True)
    assert not reader.on(foreign)


def test_everything_is_off_with_one_click_and_on_again_with_another(reader: Reader) -> None:
    news = public(reader, "news")
    lists.join(reader.desk.conn, reader.desk.account, news, reader.contact)
    done = reader.post({**CLICK, "page": "1"})
    assert "You are unsubscribed" in done
    assert "List-Unsubscribe" not in done
    assert reader.suppressed() == "unsubscribed"
    again = reader.post(reader.form(done, 0))
    assert "Undone. You get mail again." in again
    assert reader.suppressed() is None
    assert reader.on(news)
    assert reader.events() == [("unsubscribed", {"door": "page"}), ("resubscribed", {"door": "page"})]
    counted = reader.desk.conn.execute(
        "select kind, people from feedback_count where mailing = %s and people > 0 order by kind", (reader.mailing,)
    ).fetchall()  # fmt: skip
    assert {kind for kind, _ in counted} == {"unsubscribed", "resubscribed"}


@pytest.mark.parametrize("reason", ["complaint", "hard_bounce", "manual", "invalid"])
def test_who_is_suppressed_for_another_reason_stays_so(reader: Reader, reason: str) -> None:
    suppression.suppress(reader.desk.conn, reader.desk.account, reader.normal, reason, "test")
    assert "Nothing is sent to you" in reader.get()
    assert "<form" not in reader.get()
    reader.post({"do": "undo"})
    reader.post(CLICK)
    assert reader.suppressed() == reason
    assert reader.events() == []


def test_strange_forms_change_nothing(reader: Reader) -> None:
    news = public(reader, "news")
    lists.join(reader.desk.conn, reader.desk.account, news, reader.contact)
    for fields in ({"do": "x"}, {}, {"do": ["lists", "y"]}):
        reader.post(fields, 400)
    odd = ["x", "-1", "9" * 30, "٣", "1.0", ""] + [str(n) for n in range(500)]
    reader.post({"do": "lists", "shown": odd[:6], "list": odd})
    assert reader.on(news)
    for path in (f"/u/{NOBODY.decode()}", "/u/" + reader.token[:-1] + "x"):
        assert reader.client.post(path, {"do": "lists", "shown": [news]}).status_code == 404
    assert reader.on(news)


def test_a_contact_that_is_gone_can_still_be_unsubscribed(reader: Reader) -> None:
    public(reader, "news")
    reader.desk.conn.execute("delete from audience_contact where id = %s", (reader.contact,))
    page = reader.get()
    assert 'type="checkbox"' not in page
    reader.post(CLICK)
    assert reader.suppressed() == "unsubscribed"


def test_a_list_is_made_public_with_a_title_for_people(desk: Desk) -> None:
    made = lists.create(desk.conn, desk.account, "vip")
    with pytest.raises(lists.ListNameProblem, match="title"):
        lists.change(desk.conn, desk.account, made.id, public=True)
    for wrong in ({"title": "a\nb"}, {"title": "x" * 101}, {"description": "x" * 301}, {"title": "\0"}):
        with pytest.raises(lists.ListNameProblem):
            lists.change(desk.conn, desk.account, made.id, **wrong)
    shown = lists.change(desk.conn, desk.account, made.id, public=True, title=" News ", description=" a\n b ")
    assert (shown.name, shown.public, shown.title, shown.description) == ("vip", True, "News", "a b")
    with pytest.raises(lists.ListNameProblem, match="title"):
        lists.change(desk.conn, desk.account, made.id, title="")
    for n in range(lists.MOST_PUBLIC - 1):
        lists.create(desk.conn, desk.account, f"l{n}", public=True, title="t")
    with pytest.raises(lists.ListNameProblem, match="50 public lists"):
        lists.create(desk.conn, desk.account, "one more", public=True, title="t")
    assert find_list(desk.conn, desk.account, "vip") == made.id


def test_the_page_of_a_list_makes_it_public(desk: Desk, visitor: Any) -> None:
    made, anna = lists.create(desk.conn, desk.account, "readers"), visitor("administrator")
    page = f"/audience/lists/{made.id}"
    refused = anna.post(page, {"name": "readers", "public": "on", "title": ""})
    assert refused.status_code == 422
    assert "Give the list a title" in refused.content.decode()
    anna.post(page, {"name": "readers", "public": "on", "title": "News", "description": "Monthly."})
    shown = lists.require(desk.conn, desk.account, made.id)
    assert (shown.public, shown.title, shown.description) == (True, "News", "Monthly.")
    assert "public" in anna.text("/audience/lists")
    anna.post(page, {"name": "all", "title": "News"})
    assert lists.require(desk.conn, desk.account, made.id).public is False
