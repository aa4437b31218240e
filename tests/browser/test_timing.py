"""A mailing in batches at each recipient's own time, planned by hand in a browser, and the same without scripts."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from penstock.mailing import mailings
from tests.browser.desk import Desk, tomorrow

PageAs = Callable[..., Page]
Check = Callable[..., None]


@pytest.mark.behaviour("S3.26", "B11")
def test_a_plan_in_batches_and_zones_made_by_hand(page_as: PageAs, desk: Desk, axe: Check) -> None:
    listed = desk.list(12)
    desk.conn.execute(
        "update audience_contact set attributes = attributes || jsonb_build_object('zone', (array['Asia/Tokyo', 'America/New_York'])[1 + id %% 2])"
        " where account_id = %s",
        (desk.account,),
    )
    draft = desk.draft("Harvest", to=listed)
    page = page_as("author", "approver", "operator")
    page.goto(f"/mailings/{draft}/edit?step=send")
    timeline = page.locator("#foreseen")
    rows = timeline.locator("tbody tr")
    page.get_by_role("radio", name="At a date and time").check()
    page.get_by_role("textbox", name="Date and time").fill(tomorrow(50)["at"])
    page.get_by_label("Time zone", exact=True).fill("Europe/Paris")
    page.get_by_label("At this time of day for each recipient").check()
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Asia/Tokyo")
    page.get_by_text("Batches, end date and speed").click()
    page.get_by_role("radio", name="In batches of so many recipients").check()
    page.get_by_label("Recipients of one batch").fill("4")
    page.get_by_label("One batch every").fill("30")
    page.get_by_label("Unit of the interval").select_option("minutes")
    expect(rows).to_have_count(4)
    expect(rows.last).to_contain_text("America/New_York")
    expect(timeline.get_by_role("img")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Approve and schedule").click()
    question = page.get_by_role("dialog")
    expect(question.locator("tbody tr")).to_have_count(4)
    question.get_by_role("button", name="Approve and schedule").click()
    page.wait_for_url("**/board")
    found = mailings.find(desk.conn, desk.account, draft)
    assert found
    assert found.state == "scheduled"
    assert found.plan == {
        "kind": "at", "at": tomorrow(50)["at"], "zone": "Europe/Paris", "local": True, "batches": {"size": 4}, "interval": "30m",
    }  # fmt: skip
    page.goto(f"/mailings/{draft}/schedule")
    page.get_by_label("End date").fill(tomorrow(51)["at"])
    expect(page.locator("#foreseen")).to_contain_text(re.compile("recipients? (is|are) left then"))


def test_the_timeline_without_scripts(no_scripts: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("parked", "Harvest", count=12)
    page = no_scripts("operator")
    page.goto(f"/mailings/{mailing}/schedule")
    page.get_by_label("Date and time").fill(tomorrow(50)["at"])
    page.get_by_role("radio", name="In so many batches").check()
    page.get_by_label("Number of batches").fill("3")
    page.get_by_role("button", name="Show the timeline of this plan").click()
    expect(page.locator("tbody tr")).to_have_count(3)
    page.go_back()
    page.get_by_label("Number of batches").fill("3")
    page.get_by_role("button", name="Schedule").click()
    expect(page.locator(".notices")).to_contain_text("“Harvest” is sent on")
    assert desk.state(mailing) == "scheduled"
