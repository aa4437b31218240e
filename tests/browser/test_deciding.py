"""Commands given in a browser, as people give them: cancel with and without an answer, pause and resume, the ways to send,
take back, decide later, unschedule, the edit lock, the Actions menu, confirmation, validation."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from penstock.mailing import queue
from tests.browser.desk import Desk, tomorrow
from tests.browser.watching import MARKER

PageAs = Callable[..., Page]
Check = Callable[..., None]


def at(page: Page, mailing: int) -> Page:
    """Look at the mailing."""
    page.goto(f"/mailings/{mailing}")
    return page


def order(page: Page, command: str) -> Locator:
    """The button or link that gives a command, on the page itself."""
    return page.locator(f"main [data-command={command}]").first


def from_menu(page: Page, command: str) -> None:
    """Give a command from the Actions menu."""
    page.locator("main details.menu > summary").first.click()
    order(page, command).click()


def dialog(page: Page) -> Locator:
    """The question that is open."""
    found = page.locator("#dialog")
    expect(found).to_be_visible()
    return found


def notice(page: Page) -> Locator:
    """What was said on the page one came to."""
    return page.locator(".notices")


@pytest.mark.behaviour("S1.20", "S1.21", "S1.22", "S1.24", "S1.25")
def test_cancel_by_its_dialog(page_as: PageAs, desk: Desk, axe: Check) -> None:
    mailing = desk.mailing("sending", "Spring sale", count=10)
    page = page_as("operator")
    page.goto("/board")
    row = page.locator(f"[data-mailing='{mailing}']").first
    row.locator("details.menu > summary").click()
    row.locator("[data-command=cancel]").click()
    question = dialog(page)
    expect(question).to_contain_text("Paused. 1 message was on the wire.")
    assert desk.state(mailing) == "paused"  # before anything is answered
    expect(question.get_by_role("radio", name="Drop them")).to_be_checked()
    axe(page)
    question.get_by_role("button", name="Cancel sending").click()  # the browser asks for the reason
    assert desk.state(mailing) == "paused"
    question.get_by_label("Reason").fill(f"<img src=x onerror={MARKER}=1>")
    question.get_by_role("button", name="Cancel sending").click()
    expect(notice(page)).to_contain_text("“Spring sale” is being cancelled: 1 message still leaves.")
    assert desk.state(mailing) == "cancelling"


@pytest.mark.behaviour("S1.25", "S1.34")
def test_cancel_dismissed_stays_paused_with_resume_beside_the_notice(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("sending", "Spring sale")
    page = at(page_as("operator"), mailing)
    from_menu(page, "cancel")
    dialog(page)
    page.keyboard.press("Escape")
    expect(notice(page)).to_contain_text("“Spring sale” stays paused")
    assert desk.state(mailing) == "paused"
    notice(page).get_by_role("link", name="Resume").click()
    dialog(page).get_by_role("button", name="Resume").click()
    expect(notice(page)).to_contain_text("“Spring sale” is being sent.")
    assert desk.state(mailing) == "sending"


def test_cancel_by_keyboard_alone(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("scheduled", "Spring sale")
    page = at(page_as("operator"), mailing)
    page.locator("main details.menu > summary").first.focus()
    page.keyboard.press("Enter")
    order(page, "cancel").focus()
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_label("Reason")).to_be_focused()
    page.keyboard.type("The event is called off.")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Cancel sending")).to_be_focused()
    page.keyboard.press("Enter")
    expect(notice(page)).to_contain_text("“Spring sale” is cancelled.")
    assert desk.state(mailing) == "cancelled"


@pytest.mark.behaviour("S1.25")
def test_cancel_without_scripts(no_scripts: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("sending", "Spring sale")
    page = at(no_scripts("operator"), mailing)
    from_menu(page, "cancel")
    expect(notice(page)).to_contain_text("Paused. 1 message was on the wire.")
    page.get_by_role("link", name="Leave it paused").click()
    expect(notice(page)).to_contain_text("stays paused")
    notice(page).get_by_role("link", name="Resume").click()
    page.get_by_role("button", name="Resume").click()
    expect(notice(page)).to_contain_text("is being sent.")
    assert desk.state(mailing) == "sending"


@pytest.mark.behaviour("S1.33", "S1.35", "S3.8")
def test_pause_and_resume_by_icon_in_the_list(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("sending", "Spring sale")
    page = page_as("operator")
    page.goto("/board")
    row = page.locator(f"[data-mailing='{mailing}']").first
    row.locator("[data-command=pause]").click()
    expect(notice(page)).to_contain_text("Paused. 1 message was on the wire.")
    expect(row.locator("[data-state=paused]")).to_be_visible()
    row.locator("[data-command=resume]").click()
    question = dialog(page)
    expect(question).to_contain_text("It goes on where it stopped; nobody gets it twice.")
    question.get_by_role("button", name="Resume").click()
    expect(row.locator("[data-state=sending]")).to_be_visible()
    assert desk.state(mailing) == "sending"


@pytest.mark.behaviour("S1.31")
def test_resume_at_another_date(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("paused", "Spring sale")
    page = at(page_as("operator"), mailing)
    order(page, "resume").click()
    question = dialog(page)
    expect(question.get_by_label("Date and time", exact=True)).to_be_hidden()
    question.get_by_label("At another date and time").check()
    question.get_by_label("Date and time", exact=True).fill(tomorrow()["at"])
    question.get_by_label("Time zone").fill("Asia/Tokyo")
    question.get_by_role("button", name="Resume").click()
    expect(notice(page)).to_contain_text("“Spring sale” is sent on")
    expect(notice(page)).to_contain_text("JST")
    assert desk.state(mailing) == "scheduled"


@pytest.mark.behaviour("S2.2", "B13")
def test_send_now_starts_up_and_can_be_taken_back(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("parked", "Spring sale", count=12)
    desk.policy(undo_seconds=600)
    page = page_as("operator")
    page.goto("/board")
    row = page.locator(f"[data-mailing='{mailing}']").first
    row.locator("[data-command=send_now]").click()
    dialog(page).get_by_role("button", name="Send now to 12").click()
    expect(notice(page)).to_contain_text("“Spring sale” starts up.")
    expect(row.locator("[data-state=starting]")).to_contain_text("Starting up")
    notice(page).get_by_role("button", name="Take back").click()
    expect(notice(page)).to_contain_text("is taken back; nothing has left")
    assert desk.state(mailing) == "parked"


@pytest.mark.behaviour("S2.10", "S2.11", "S4.16")
def test_schedule_asks_about_times_that_occur_twice(page_as: PageAs, desk: Desk, axe: Check) -> None:
    mailing = desk.mailing("parked", "Spring sale")
    page = at(page_as("operator"), mailing)
    order(page, "schedule").click()
    question = dialog(page)
    question.get_by_label("Date and time", exact=True).fill("2030-10-27T02:30")
    question.get_by_label("Time zone").fill("Europe/Paris")
    question.get_by_role("button", name="Schedule", exact=True).click()
    expect(question.get_by_role("alert")).to_contain_text("occurs twice")
    expect(question.get_by_label("Date and time", exact=True)).to_have_value("2030-10-27T02:30")
    axe(page, "light")
    question.get_by_label("The second one").check()
    question.get_by_role("button", name="Schedule", exact=True).click()
    expect(notice(page)).to_contain_text("“Spring sale” is sent on Oct. 27, 2030 02:30 CET")
    assert desk.state(mailing) == "scheduled"


@pytest.mark.behaviour("S2.16", "S2.17")
def test_in_sequence_with_a_warning_and_moved_from_the_menu(page_as: PageAs, desk: Desk) -> None:
    first, second = desk.mailing("queued", "First"), desk.mailing("parked", "Second")
    page = at(page_as("operator"), second)
    from_menu(page, "enqueue")
    question = dialog(page)
    expect(question).to_contain_text("1 other mailing of the sequence waits")
    question.get_by_role("button", name="Put in sequence").click()
    expect(notice(page)).to_contain_text("“Second” is number 2 in the sequence.")
    from_menu(page, "move")
    question = dialog(page)
    expect(question.locator("tbody tr")).to_contain_text(["First", "Second"])
    question.get_by_role("button", name="One up").click()
    expect(notice(page)).to_contain_text("“Second” is number 1 in the sequence.")
    assert queue.listed(desk.conn, desk.account)[1] == [second, first]


@pytest.mark.behaviour("S2.23")
def test_decide_later(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("scheduled", "Spring sale")
    page = at(page_as("operator"), mailing)
    from_menu(page, "park")
    expect(notice(page)).to_contain_text("waits under “To schedule”")
    assert desk.state(mailing) == "parked"


@pytest.mark.behaviour("S3.20", "S3.22")
def test_unschedule_after_its_notice(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("scheduled", "Spring sale")
    page = at(page_as("operator", "author"), mailing)
    from_menu(page, "unschedule")
    expect(dialog(page)).to_contain_text("It becomes a draft again: its approval is void")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    assert desk.state(mailing) == "scheduled"
    from_menu(page, "unschedule")
    dialog(page).get_by_role("button", name="Make it a draft again").click()
    expect(notice(page)).to_contain_text("“Spring sale” is a draft again")
    assert desk.state(mailing) == "draft"


@pytest.mark.behaviour("S4.8", "S4.30")
def test_inside_the_edit_lock_the_menu_offers_what_is_possible(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("scheduled", "Spring sale")
    page = at(page_as("operator", "author"), mailing)
    page.locator("main details.menu > summary").first.click()
    expect(order(page, "unschedule")).to_be_visible()
    desk.conn.execute(
        "update mailing_mailing set due_at = now() + interval '4 minutes' where id = %s", (mailing,)
    )
    order(page, "unschedule").click()
    question = dialog(page)
    expect(question).to_contain_text("It starts in less than 5 minutes: its plan and content are locked.")
    expect(question.locator("[data-give]")).to_have_count(0)
    expect(question.locator("[data-command=pause]")).to_be_visible()
    page.goto(f"/mailings/{mailing}")
    page.locator("main details.menu > summary").first.click()
    expect(order(page, "unschedule")).to_have_count(0)
    expect(order(page, "cancel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("main details.menu[open]")).to_have_count(0)


@pytest.mark.behaviour("S5.19")
def test_sending_is_confirmed_by_typing_the_number(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("parked", "Spring sale", count=1100)
    desk.policy(confirm_send="type_count")
    page = at(page_as("operator"), mailing)
    order(page, "send_now").click()
    question = dialog(page)
    question.get_by_label("type the number of recipients: 1,100").fill("1000")
    question.get_by_role("button", name="Send now to 1,100").click()
    expect(question.get_by_role("alert")).to_contain_text("1100")
    assert desk.state(mailing) == "parked"
    question.get_by_label("type the number of recipients: 1,100").fill("1,100")
    question.get_by_role("button", name="Send now to 1,100").click()
    expect(notice(page)).to_contain_text("starts up")


@pytest.mark.behaviour("S5.5", "S5.12")
def test_the_phases_of_validation(page_as: PageAs, desk: Desk) -> None:
    good, bad = desk.mailing("in_moderation", "Good news"), desk.mailing("in_moderation", "Bad news")
    author = at(page_as("author"), good)
    expect(author.locator("[data-state=in_moderation]").first).to_be_visible()
    platform = page_as("approver", platform=True)
    platform.goto("/platform")
    platform.get_by_role("link", name="Validate: Good news").click()
    dialog(platform).get_by_role("button", name="Validate").click()
    expect(notice(platform)).to_contain_text("“Good news” is sent on")
    platform.get_by_role("link", name="Refuse: Bad news").click()
    question = dialog(platform)
    question.get_by_label("The code of conduct").check()
    question.get_by_label("Reason").fill("Forbidden goods.")
    question.get_by_role("button", name="Reject").click()
    expect(notice(platform)).to_contain_text("“Bad news” is rejected")
    at(author, bad)
    expect(author.locator("main")).to_contain_text("Forbidden goods. (")
    expect(author.locator("main")).to_contain_text(re.compile("conduct"))
    expect(author.locator("[data-state=rejected]").first).to_be_visible()
    assert (desk.state(good), desk.state(bad)) == ("scheduled", "rejected")


def _twice(page: Page, selector: str) -> Any:
    """Press twice, faster than any answer."""
    return page.locator(selector).first.dblclick()


def test_twice_pressed_is_once_meant(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("draft", "Spring sale")
    page = at(page_as("author"), mailing)
    page.locator("main details.menu > summary").first.click()
    _twice(page, "main [data-command=copy]")
    expect(notice(page)).to_contain_text("This is a copy of “Spring sale”")
    row = desk.conn.execute(
        "select count(*) from mailing_mailing where copied_from_id = %s", (mailing,)
    ).fetchone()
    assert row == (1,)
