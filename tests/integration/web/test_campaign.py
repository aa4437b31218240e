"""An SMS campaign by the pages: test first, confirmation, moderation, refused and revised, percentages that rest and reach 100 %."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from penstock.report.progress import progress
from tests.browser.desk import Desk, tomorrow
from tests.integration.web.conftest import Visitor

NUMBER = "+33612345678"


def words(answer: Any) -> str:
    """What stands on a page."""
    main = answer.content.decode().partition("<main")[2] or answer.content.decode()
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))


def give(person: Visitor, mailing: int, command: str, **fields: Any) -> Any:
    """Open the page of a command and send its form with these fields."""
    path = f"/mailings/{mailing}/{command}"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', person.text(path)))
    return person.post(path, hidden | fields)


def version(desk: Desk, mailing: int) -> int:
    row = desk.conn.execute("select version from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    return int(row[0])


def finalise(person: Visitor, desk: Desk, mailing: int, **plan: Any) -> Any:
    """The last step: the plan is said, the question answered."""
    fields = {"do": plan.get("do", "now"), "version": version(desk, mailing), **plan}
    asked = person.post(f"/mailings/{mailing}/edit/send", fields)
    if asked.status_code != 200:
        return asked
    assert "recipients" in words(asked), "sending asks for confirmation (S5.19)"
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', asked.content.decode()))
    return person.post(f"/mailings/{mailing}/edit/send", hidden)


@pytest.mark.behaviour(
    "S5.1", "S5.2", "S5.3", "S5.4", "S5.5", "S5.7", "S5.8", "S5.12", "S5.13", "S5.15", "S5.19"
)
def test_from_the_test_step_past_the_platform(desk: Desk, visitor: Callable[..., Visitor]) -> None:
    desk.policy(require_test="on", moderation="manual", approvals_required=0, confirm_send="click")
    anna, mailing = visitor(platform=True), desk.short("Late opening", count=6)
    refused = finalise(anna, desk, mailing)
    assert refused.status_code == 409
    assert "test" in words(refused)
    asked = anna.post(f"/mailings/{mailing}/tests", {"to": NUMBER})
    assert asked.status_code == 302, words(asked)
    assert NUMBER in words(anna.get(f"/mailings/{mailing}/tests"))
    desk.conn.execute(
        "update preflight_test set state = 'accepted', ended_at = now() where mailing_id = %s", (mailing,)
    )
    at = tomorrow()["at"]
    assert finalise(anna, desk, mailing, do="at", at=at, zone="Asia/Tokyo").status_code == 302
    assert desk.state(mailing) == "in_moderation"
    page = words(anna.get(f"/mailings/{mailing}"))
    assert "In moderation" in page
    assert "SMS" in page
    assert finalise(anna, desk, mailing).status_code == 409, "one version at a time"
    assert give(anna, mailing, "withdraw").status_code == 302
    assert desk.state(mailing) == "draft"
    finalise(anna, desk, mailing, do="at", at=at, zone="Asia/Tokyo")
    give(anna, mailing, "reject", reason="Names no sender", ground="conduct")
    assert desk.state(mailing) == "rejected"
    assert re.search(r"Names no sender \(.*conduct\)", words(anna.get(f"/mailings/{mailing}")))
    give(anna, mailing, "revise")
    assert finalise(anna, desk, mailing, do="at", at=at, zone="Asia/Tokyo").status_code == 302
    give(anna, mailing, "validate")
    assert desk.state(mailing) == "scheduled"
    [(zone, due)] = desk.conn.execute(
        "select plan ->> 'zone', to_char(due_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD\"T\"HH24:MI') from mailing_mailing where id = %s",
        (mailing,),
    ).fetchall()
    assert (zone, due) == ("Asia/Tokyo", at)


@pytest.mark.behaviour("S5.9", "S5.10", "S5.20")
def test_what_is_left_is_explained(desk: Desk, visitor: Callable[..., Visitor]) -> None:
    anna, mailing = visitor(), desk.short("Late opening", to=desk.numbers(8, without=2))
    desk.begun(desk.release(mailing))
    desk.send(mailing, accepted=5, deferred=3)
    desk.settle(mailing)
    assert desk.state(mailing) == "finishing"
    page = words(anna.get(f"/mailings/{mailing}"))
    assert "3 were put off by their server and are tried again" in page
    figures = progress(desk.conn, mailing)
    assert (figures.handed_off_percent, figures.settled_percent) == (100.0, 20.0), "of 8 tried; of 10"
    assert "5 were accepted, and their receipts are still to come" in page
    for seq in range(1, 5):
        desk.conn.execute(
            "select delivery_learn(%s, %s, 6, 0, '', 'DELIVRD', 'receipt', null)", (mailing, seq)
        )
    page = words(anna.get(f"/mailings/{mailing}"))
    assert "60 % settled" in page
    assert "1 was accepted, and the receipt is still to come" in page
    recipients = words(anna.get(f"/mailings/{mailing}/recipients?state=skipped"))
    assert "no_number" in recipients
    assert "Country" in recipients
    found = words(anna.get(f"/mailings/{mailing}/recipients?domain=fr&state=delivered"))
    assert found.count("+336") == 4
