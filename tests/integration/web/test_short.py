"""Short messages in the control room: begun, written with their length counted, sent through the same gates."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from penstock.account import transports
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
    assert "2 without a telephone number" in words
    assert "1 with the number of somebody before them" in words
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


def test_a_centre_is_added_by_its_fields(desk: Desk, everything: Any) -> None:
    typed = {"kind": "centre", "name": "Operator", "host": "smsc.example.net", "port": "2776", "system_id": "orchard", "password": "s/e@c:r",
             "connections": "4", "window": "100"}  # fmt: skip
    made = everything.post("/settings/transports", typed)
    assert made.status_code == 302, said(made)
    there = transports.find(desk.conn, desk.account, int(made.url.rpartition("/")[2]))
    assert (there.channel, there.url, there.has_password) == (
        "sms",
        "smpp://orchard@smsc.example.net:2776?connections=4&window=100",
        True,
    )
    assert transports.load(desk.conn, there.id).startswith("smpp://orchard:s%2Fe%40c%3Ar@smsc.example.net")
    wrong = everything.post("/settings/transports", {**typed, "name": "Other", "port": "port"})
    assert wrong.status_code == 422
    assert 'value="orchard"' in wrong.content.decode()
    assert "s/e@c:r" not in wrong.content.decode()


def test_behind_a_short_message_no_step_is_offered_what_nobody_sees(desk: Desk, everything: Any) -> None:
    number = desk.short("Tonight")
    begun = everything.text(f"/mailings/{number}/steps")
    assert not any(f'value="{each}"' in begun for each in ("opened", "not_opened", "clicked", "not_clicked"))
    made = number_in(
        everything.post(
            f"/mailings/{number}/steps",
            {"name": "By e-mail", "delay": "1", "delay_unit": "d", "condition": "all", "channel": "email"},
        ).url
    )
    mixed = everything.text(f"/mailings/{made}/steps")
    assert 'value="not_opened"' in mixed


def test_a_chain_mixes_channels(desk: Desk, everything: Any) -> None:
    letter = desk.draft("Invitation", to=desk.numbers(4, without=2))
    desk.centre()
    step = {
        "name": "By SMS",
        "follows": letter,
        "delay": "1",
        "delay_unit": "d",
        "condition": "not_opened",
        "channel": "sms",
    }
    made = number_in(everything.post(f"/mailings/{letter}/steps", step).url)
    there = draft_of(desk, made)
    assert (there.channel, there.transport, there.audience["condition"]) == (
        "sms",
        desk.centre(),
        "not_opened",
    )
    words = said(everything.get(f"/mailings/{letter}"))
    assert "By SMS Draft SMS" in words
    back = {**step, "name": "By e-mail again", "follows": made, "channel": "email", "condition": "opened"}
    refused = everything.post(f"/mailings/{letter}/steps", back)
    assert refused.status_code == 422
    assert "nobody sees that of a short message" in said(refused)
    third = draft_of(
        desk, number_in(everything.post(f"/mailings/{letter}/steps", {**back, "condition": "all"}).url)
    )
    assert (third.channel, third.transport) == ("email", desk.transport)
    everything.text(f"/mailings/{third.id}/edit?step=audience")


def test_sending_tells_the_parts(desk: Desk, everything: Any) -> None:
    same = desk.short(text="Tonight " + "x" * 160, count=5)
    page = said(everything.get(f"/mailings/{same}/edit?step=send"))
    assert "Parts in all 10" in page
    assert "The same for everybody" in page
    differs = desk.short(text="Tonight, {{ first_name }}: " + "x" * 143, count=8)
    assert "Reckoned from a sample" in said(everything.get(f"/mailings/{differs}/edit?step=send"))
    desk.analyse(differs)
    page = said(everything.get(f"/mailings/{differs}/edit?step=send"))
    assert "By the newest analysis" in page
    shown = said(everything.get(f"/mailings/{differs}/analysis"))
    assert "Parts: least, typical, most 1 · 1 · 2" in shown
    preview = said(everything.get(f"/mailings/{differs}/preview"))
    assert "+336" in preview
    assert "GSM-7" in preview


def test_earlier_texts_are_seen_and_taken_again(desk: Desk, everything: Any) -> None:
    number = desk.short(text="The first text")
    version = draft_of(desk, number).version
    everything.post(
        f"/mailings/{number}/edit?step=message",
        {"version": version, "sender": "Orchard", "text": "The second text"},
    )
    listed = said(everything.get(f"/mailings/{number}/edit/earlier"))
    assert "The first text" in listed
    assert "The first text" in said(everything.get(f"/mailings/{number}/edit/earlier/1"))
    taken = {"version": draft_of(desk, number).version, "number": "1"}
    assert everything.post(f"/mailings/{number}/edit/earlier", taken).status_code == 302
    message = load_message(desk.conn, draft_of(desk, number).message)
    assert message
    assert message.text == "The first text"
