"""Batches and local times as pages ask for them and tell them: forms, the timeline beside them, and that of a running mailing."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from penstock.mailing import mailings
from tests.browser.desk import Desk, tomorrow
from tests.integration.web.conftest import Visitor

Visitors = Callable[..., Visitor]
ZONES = ["Asia/Tokyo", "Europe/Paris"]
BATCHES = {"spread": "size", "batch_size": "5", "every": "2", "every_unit": "h"}


@pytest.fixture
def zoned(desk: Desk) -> int:
    """A list of twelve readers, half of them in each of ZONES."""
    listed = desk.list(12)
    desk.conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object('zone', (%s::text[])[1 + id %% 2])"
        " where account_id = %s",
        (ZONES, desk.account),
    )
    return listed


def plan_of(desk: Desk, number: int) -> Any:
    found = mailings.find(desk.conn, desk.account, number)
    assert found
    return found.plan


def table(text: str) -> list[list[str]]:
    """The rows of the timeline: their cells."""
    rows = re.findall(
        r"<tr[^>]*>(.*?)</tr>",
        text.partition("timing-lines")[2].partition("<tbody>")[2].partition("</tbody>")[0],
        re.S,
    )
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)] for row in rows]  # fmt: skip


def version(desk: Desk, number: int) -> int:
    found = mailings.find(desk.conn, desk.account, number)
    assert found
    return found.version


@pytest.mark.behaviour("B11")
def test_the_step_send_asks_and_tells(desk: Desk, visitor: Visitors, zoned: int) -> None:
    draft, author = desk.draft("Harvest", to=zoned), visitor("author")
    at = tomorrow(50)["at"]
    form = {
        "version": version(desk, draft),
        "kind": "at",
        "at": at,
        "zone": "Europe/Paris",
        "local": "yes",
        **BATCHES,
    }
    author.post(f"/mailings/{draft}/edit?step=send", form)
    assert plan_of(desk, draft) == {
        "kind": "at", "at": at, "zone": "Europe/Paris", "local": True, "batches": {"size": 5}, "interval": "2h",
    }  # fmt: skip
    page = author.text(f"/mailings/{draft}/edit?step=send")
    assert 'name="local" value="yes" checked' in page
    assert 'name="spread" value="size" checked' in page
    rows = table(page)
    assert [(row[0], row[2], row[3]) for row in rows] == [("1", "Asia/Tokyo", "5"), ("2", "Asia/Tokyo", "1"), ("3", "Europe/Paris", "5"), ("4", "Europe/Paris", "1")] or sum(int(row[3]) for row in rows) == 12  # fmt: skip
    beside = author.get(f"/mailings/{draft}/timeline", HX_Request="true").content.decode()
    assert table(beside) == rows
    gone = {**form, "version": version(desk, draft), "spread": ""}
    del gone["local"]
    author.post(f"/mailings/{draft}/edit?step=send", gone)
    assert plan_of(desk, draft) == {"kind": "at", "at": at, "zone": "Europe/Paris"}


def test_what_somebody_thinks_of_is_told_and_nothing_is_stored(desk: Desk, visitor: Visitors) -> None:
    draft, author = desk.draft("Harvest", count=12), visitor("author")
    asked = "kind=now&spread=number&batch_number=3&every=1&every_unit=d"
    told = author.get(f"/mailings/{draft}/timeline?{asked}", HX_Request="true").content.decode()
    assert [row[-1] for row in table(told)] == ["4", "4", "4"]
    assert 'role="img"' in told
    wrong = author.get(f"/mailings/{draft}/timeline?kind=now&spread=size&batch_size=none&every=1&every_unit=h").content.decode()  # fmt: skip
    assert "whole number" in wrong
    assert plan_of(desk, draft) is None


def test_a_schedule_brings_its_plan_whole(desk: Desk, visitor: Visitors) -> None:
    mailing, operator = desk.mailing("parked", count=12), visitor("operator")
    at, end = tomorrow(50)["at"], tomorrow(51)["at"]
    form = {"asked": "yes", "at": at, "zone": "UTC", "ends_at": end, "confirm": "yes", **BATCHES}
    tight = operator.get(f"/mailings/{mailing}/timeline?at={at}&zone=UTC&ends_at={end}&spread=size&batch_size=5&every=2&every_unit=h")  # fmt: skip
    assert "7 recipients are left then" in tight.content.decode()
    assert operator.post(f"/mailings/{mailing}/schedule", form).status_code == 302
    assert plan_of(desk, mailing) == {"kind": "at", "at": at, "zone": "UTC", "ends_at": end, "batches": {"size": 5}, "interval": "2h"}  # fmt: skip
    page = operator.text(f"/mailings/{mailing}")
    assert "in batches of 5, one every 2 hours" in page
    refused = operator.post(f"/mailings/{mailing}/schedule", {**form, "batch_size": "0"})
    assert refused.status_code == 409
    assert 'id="batches-error"' in refused.content.decode()
    operator.post(f"/mailings/{mailing}/schedule", {**form, "spread": "", "ends_at": ""})
    assert plan_of(desk, mailing) == {"kind": "at", "at": at, "zone": "UTC"}


def test_the_approver_sees_what_goes_when(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("in_review", plan={**tomorrow(), "batches": {"number": 2}, "interval": "1d"})
    page = visitor("approver").text(f"/approvals/{mailing}")
    assert "in 2 batches, one every day" in page
    assert [row[-1] for row in table(page)] == ["6", "6"]


@pytest.mark.behaviour("B11")
def test_a_running_one_tells_each_batch(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.draft("Harvest", count=12)
    desk.release(mailing, {"kind": "now", "batches": {"size": 5}, "interval": "2h"})
    desk.begun(mailing)
    desk.send(mailing, accepted=5)
    rows = table(visitor("operator").text(f"/mailings/{mailing}"))
    assert [(row[0], row[2], row[3]) for row in rows] == [("1", "5", "0"), ("2", "5", "5"), ("3", "2", "2")]


def test_a_plain_one_has_no_timeline_of_its_own(desk: Desk, visitor: Visitors) -> None:
    mailing = desk.mailing("sending", count=12)
    page = visitor("operator").text(f"/mailings/{mailing}")
    assert 'id="timing-title"' not in page
    assert "All of it goes at once" in visitor("operator").text(f"/mailings/{mailing}/timeline")


def test_a_draft_whose_plan_is_nonsense_is_shown(desk: Desk, visitor: Visitors) -> None:
    draft = desk.draft("Harvest")
    desk.conn.execute(
        "update mailing_mailing set plan = %s where id = %s",
        ('{"kind": "at", "at": 5, "zone": "nowhere", "batches": 7, "interval": []}', draft),
    )
    assert visitor("author").get(f"/mailings/{draft}/edit?step=send").status_code == 200
    assert visitor("author").get(f"/mailings/{draft}").status_code == 200


@pytest.mark.behaviour("B11")
def test_the_page_names_the_holiday_that_recipients_wait_for(desk: Desk, visitor: Visitors) -> None:
    desk.policy(sending_hours_sms="FR mon-sat 08:00-20:00 except holidays")
    desk.policy(quiet_hours_email="21:00-07:00")
    draft = desk.short("Tonight", count=3)
    form = visitor("author").text(f"/mailings/{draft}/edit?step=send")
    assert "Sending hours of countries: FR mon-sat 08:00-20:00 except holidays." in form
    assert "21:00-07:00" not in form, "those are of e-mail"
    asked = "kind=at&at=2031-07-14T10:00&zone=Europe/Paris"
    told = visitor("author").text(f"/mailings/{draft}/timeline?{asked}")
    assert "July 14, 2031 is a public holiday in France (National Day)." in told or "14 July 2031 is a public holiday in France (National Day)." in told  # fmt: skip
    assert [row[1:] for row in table(told)] == [["Europe/Paris FR", "3"]]
