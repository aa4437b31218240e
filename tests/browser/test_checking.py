"""What an approver does in a browser: approve from the list and from the details, edit the launch date, step the preview, reject."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from penstock.mailing import history
from tests.browser.desk import Desk
from tests.browser.watching import MARKER, Watch

PageAs = Callable[..., Page]


def addresses(desk: Desk, mailing: int) -> list[str]:
    """The recipients of a mailing in their order."""
    rows = desk.conn.execute(
        "select c.address from mailing_mailing m"
        " join audience_membership s on s.list_id = (m.audience ->> 'list')::integer join audience_contact c on c.id = s.contact_id"
        " where m.id = %s order by c.id",
        (mailing,),
    ).fetchall()
    return [address for (address,) in rows]


@pytest.mark.behaviour("S1.3", "S1.6", "S1.7")
def test_approve_straight_from_the_list(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("in_review", "Spring sale")
    desk.analyse(mailing)
    page = page_as("approver")
    page.goto("/approvals")
    row = page.locator(f"[data-mailing='{mailing}']")
    row.get_by_role("button", name="Approve without review").press("Enter")
    expect(page.locator(".notices")).to_contain_text("Spring sale")
    expect(row).to_have_count(0)
    expect(page.locator("table")).to_contain_text("Approved without review")
    assert desk.state(mailing) == "scheduled"


def test_the_work_list_is_kept_true_while_it_is_open(page_as: PageAs, desk: Desk) -> None:
    first = desk.mailing("in_review", "Spring sale")
    page = page_as("approver")
    page.goto("/approvals")
    row = page.locator(f"[data-mailing='{first}']")
    expect(row).to_be_visible()
    second = desk.mailing("in_review", "Summer sale")
    expect(page.locator(f"[data-mailing='{second}']")).to_contain_text("Summer sale")
    desk.give(first, "approve")
    expect(row).to_have_count(0)


@pytest.mark.behaviour("S1.5", "S1.8", "S1.9", "S1.10", "S1.11")
def test_review_step_by_keyboard_edit_the_launch_date_and_approve(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("in_review", "Spring sale", count=20)
    people = addresses(desk, mailing)
    page = page_as("approver")
    page.goto("/approvals")
    page.get_by_role("link", name="Spring sale", exact=True).focus()
    page.keyboard.press("Enter")
    title = page.locator("#preview-title")
    expect(title).to_contain_text(people[0])
    expect(page.locator("#decide")).to_contain_text("Its analysis is not over. Wait for it")
    desk.analyse(mailing)
    expect(page.locator("#decide")).to_contain_text("With your approval it is scheduled")
    page.locator("main").focus()
    page.keyboard.press("ArrowRight")
    expect(title).to_contain_text(people[1])
    page.keyboard.press("ArrowRight")
    expect(title).to_contain_text(people[2])
    page.keyboard.press("ArrowLeft")
    expect(title).to_contain_text(people[1])
    expect(page.locator("#said")).to_contain_text(people[1])
    expect(page.frame_locator("#preview iframe").locator("body")).to_contain_text("here is what happened in")
    page.get_by_text("To list", exact=True).click()
    page.get_by_label("Find a recipient").fill(people[12])
    page.keyboard.press("Enter")
    page.get_by_role("link", name=people[12], exact=True).click()
    expect(title).to_contain_text(people[12])
    page.go_back()
    expect(title).to_contain_text(people[1])

    page.get_by_role("link", name="Edit launch date").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=at]").fill("2031-05-04T09:30")
    dialog.locator("[name=zone]").fill("Europe/Paris")
    dialog.locator("[data-give]").click()
    expect(page.locator("#decide")).to_contain_text("09:30")
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**/approvals")
    assert desk.state(mailing) == "scheduled"
    row = desk.conn.execute("select due_at::text from mailing_mailing where id = %s", (mailing,)).fetchone()
    assert row
    assert row[0].startswith("2031-05-04 07:30")
    entry = history.of_mailing(desk.conn, mailing)[-1]
    assert (entry.command, entry.door, entry.data["reviewed"]) == ("approve", "web", True)


@pytest.mark.behaviour("S1.13")
def test_reject_with_a_reason(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("in_review", "Spring sale")
    page = page_as("approver")
    page.goto(f"/approvals/{mailing}")
    page.locator("#decide").get_by_role("link", name="Reject").click()
    dialog = page.get_by_role("dialog")
    dialog.locator("[name=reason]").fill("The price in the second paragraph is last year's.")
    dialog.locator("[data-give]").press("Enter")
    page.wait_for_url("**/approvals")
    expect(page.locator("table")).to_contain_text("The price in the second paragraph is last year's.")
    assert desk.state(mailing) == "rejected"


@pytest.mark.behaviour("S1.11", "B12")
def test_from_the_analysis_to_the_case_and_nothing_in_it_runs(
    page_as: PageAs, desk: Desk, watch: Watch
) -> None:
    watch.allow("Blocked script execution")
    html = f"<p>{{{{ first_name }}}} in {{{{ town }}}} <script>top.{MARKER} = window.{MARKER} = 1</script><a href='/board'>Board</a></p>"
    mailing = desk.mailing("in_review", "Spring sale", count=9, html=html)
    desk.conn.execute(
        "update audience_contact set attributes = jsonb_build_object('first_name', %s::text)"
        " where account_id = %s and address like 'reader7@%%'",
        (f"</p><img src=x onerror='top.{MARKER}=1'>", desk.account),
    )
    desk.analyse(mailing)
    page = page_as("approver")
    page.goto(f"/mailings/{mailing}/analysis")
    finding = page.locator(".finding", has_text="town").first
    finding.get_by_role("link", name=re.compile("^reader7@")).click()
    expect(page.locator("#preview-title")).to_contain_text("case 1 of 1")
    expect(page.locator("#preview .notice")).to_contain_text(["town"])
    frame = page.frame_locator("#preview iframe")
    expect(frame.locator("body")).to_contain_text("onerror")
    assert page.evaluate(f"() => window.{MARKER} === undefined")
    page.get_by_role("link", name="Phone").click()
    expect(page.locator(".frame-pane.phone iframe")).to_be_visible()
    box = page.locator(".frame-pane.phone iframe").bounding_box()
    assert box
    assert box["width"] == 375
    page.get_by_role("link", name="Text part").click()
    expect(page.locator("pre.message-part")).to_contain_text("in")


def test_all_of_it_without_scripts(no_scripts: Callable[..., Page], desk: Desk) -> None:
    mailing = desk.mailing("in_review", "Spring sale")
    people = addresses(desk, mailing)
    page = no_scripts("approver")
    page.goto(f"/approvals/{mailing}")
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#preview-title")).to_contain_text(people[1])
    page.get_by_role("link", name="Source").click()
    expect(page.locator("pre.message-part")).to_contain_text(f"To: {people[1]}")
    page.get_by_label("Approve it without its analysis").check()
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("table")).to_contain_text("without its analysis")
    assert desk.state(mailing) == "scheduled"
