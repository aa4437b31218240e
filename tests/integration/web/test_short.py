"""Short messages in the control room: begun, written with their length counted, sent through the same gates."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from penstock.content.messages import load_message
from penstock.mailing import mailings
from penstock.mailing.mailings import Mailing
from tests.browser.desk import Desk


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
def everything(visitor: Callable[..., Any]) -> Any:
    return visitor()


def test_a_new_mailing_asks_by_which_channel_it_goes(desk: Desk, everything: Any) -> None:
    page = everything.text("/mailings/new")
    assert "There is no way to send short messages yet" in page
    refused = everything.post("/mailings/new", {"channel": "sms", "name": "Tonight"})
    assert refused.status_code == 422
    desk.centre()
    begun = everything.post("/mailings/new", {"channel": "sms", "name": "Tonight"})
    made = draft_of(desk, number_in(begun.url))
    assert (made.channel, made.transport) == ("sms", desk.centre())
    message = load_message(desk.conn, made.message)
    assert message
    assert (message.channel, message.subject, message.html) == ("sms", "", None)
    everything.text(f"/mailings/{made.id}/edit")


def test_the_audience_says_who_is_reached_and_why_not_the_others(desk: Desk, everything: Any) -> None:
    listed = desk.numbers(5, without=2)
    desk.conn.execute(
        "update audience_contact set phone = (select min(phone) from audience_contact where account_id = %(account)s)"
        " where account_id = %(account)s and id = (select max(id) from audience_contact where account_id = %(account)s and phone is not null)",
        {"account": desk.account},
    )
    number = desk.short(to=listed)
    words = said(everything.get(f"/mailings/{number}/edit/count", HX_Request="true"))
    assert "4 recipients at this moment" in words
    assert "2 have no telephone number" in words
    assert "1 share the number of somebody before them" in words
    assert "send now to 4" in everything.text(f"/mailings/{number}/edit?step=send")


def test_the_counter_names_what_makes_it_long_and_replaces_it(desk: Desk, everything: Any) -> None:
    number = desk.short(text="Hi {{ first_name }}, it’s today – “really” " + "x" * 60)
    page = f"/mailings/{number}/edit"
    words = said(
        everything.post(
            f"{page}/counter", {"text": "Short and plain", "sender": "Orchard"}, HX_Request="true"
        )
    )
    assert "1 part" in words
    assert "15 characters; 145 more fit into the last part of 160" in words
    shown = everything.text(page)
    assert "’ (RIGHT SINGLE QUOTATION MARK, U+2019)" in shown
    assert "Without them it would be 1 part" in shown
    assert shown.count("data-part=") == 2
    version = draft_of(desk, number).version
    message = load_message(desk.conn, draft_of(desk, number).message)
    assert message
    typed = {"version": version, "sender": "Orchard", "text": message.text, "go": "message"}
    assert everything.post(f"{page}?step=message", {**typed, "replace": "all"}).status_code == 302
    changed = load_message(desk.conn, draft_of(desk, number).message)
    assert changed
    assert changed.text == 'Hi {{ first_name }}, it\'s today - "really" ' + "x" * 60
    faults = said(
        everything.post(f"{page}/counter", {"text": "{{ first_name", "sender": "Orchard"}, HX_Request="true")
    )
    assert "It cannot be counted yet" in faults


def test_a_character_of_the_data_is_told_as_such(desk: Desk, everything: Any) -> None:
    number = desk.short(text="Hi {{ first_name }}")
    desk.conn.execute(
        'update audience_contact set attributes = \'{"first_name": "Zoë’"}\' where account_id = %s',
        (desk.account,),
    )
    shown = everything.text(f"/mailings/{number}/edit")
    assert "It comes from the recipient’s data" in shown
    assert "data-replace=" not in shown
