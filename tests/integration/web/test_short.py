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
