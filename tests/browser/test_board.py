"""The board while it is open: what happens is put in place, and the sequence is re-ordered by dragging and by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from penstock.mailing import queue
from tests.browser.conftest import PageAs
from tests.browser.desk import Desk, tomorrow


def row(page: Page, mailing: int) -> str:
    return f"#mailing-{mailing}"


def order(page: Page) -> list[str]:
    return page.locator("#sequence h3 a").all_inner_texts()


@pytest.mark.behaviour("S2.6", "S2.7", "S2.13")
def test_what_happens_is_put_in_place_and_nobody_loses_their_place(desk: Desk, page_as: PageAs) -> None:
    sending = desk.mailing("sending", "Spring sale", count=12)
    waiting = desk.mailing("in_review", "To be let out", plan=tomorrow())
    page = page_as("operator")
    there = page.locator(row(page, sending))
    expect(page.locator("[data-live-on]")).to_be_visible()
    expect(page.locator("#area-scheduled")).not_to_have_attribute("open", "")
    there.get_by_text("Actions", exact=True).press("Enter")
    copy = there.locator("[data-command=copy]")
    copy.focus()
    desk.send(sending, accepted=2)
    expect(there.locator("[data-live=settled_percent]")).to_have_text("75 %")
    expect(there.get_by_role("img", name="Spring sale: 75 % settled")).to_be_visible()
    desk.give(sending, "pause")
    expect(there.locator("[data-state=paused]")).to_be_visible()
    expect(there.locator("[data-command=resume]")).to_be_visible()
    expect(there.locator("details.menu[open] [data-command=copy]")).to_be_focused()
    desk.give(waiting, "approve")
    expect(page.locator(f"#area-scheduled[open] {row(page, waiting)}")).to_be_visible()
    expect(page.locator("#area-scheduled [data-count]")).to_have_text("1")
    expect(page.locator("#area-needs-you [data-count]")).to_have_text("0")
    expect(page.locator("#said")).to_have_text("To be let out: Scheduled")
    fresh = desk.mailing("starting", "Just begun")
    begun = page.locator(f"#area-sending-now {row(page, fresh)}")
    expect(begun.get_by_text("starting up", exact=True)).to_be_visible()
    desk.begun(fresh)
    expect(begun).to_contain_text("Started")
    expect(copy).to_be_focused()


@pytest.mark.behaviour("S1.33", "S1.35")
def test_pause_by_one_key_leaves_the_page_and_the_place_alone(desk: Desk, page_as: PageAs) -> None:
    sending = desk.mailing("sending", "Spring sale")
    page = page_as("operator")
    page.evaluate("window.here = 'still'")
    page.get_by_role("button", name="Pause: Spring sale").press("Enter")
    expect(page.locator("main .notices")).to_contain_text("Paused")
    expect(page.locator(f"#area-sending-now {row(page, sending)} [data-command=resume]")).to_be_focused()
    assert page.evaluate("window.here") == "still"
    assert desk.state(sending) == "paused"


@pytest.mark.behaviour("S2.16")
def test_the_sequence_is_re_ordered_by_keyboard_and_by_dragging(desk: Desk, page_as: PageAs) -> None:
    first, second, third = (desk.mailing("queued", f"Part {n}") for n in ("one", "two", "three"))
    page = page_as("operator")
    up = page.get_by_role("button", name="Move Part three up")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sequence h3 a")).to_have_text(["Part one", "Part three", "Part two"])
    expect(up).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#sequence h3 a")).to_have_text(["Part three", "Part one", "Part two"])
    expect(page.get_by_role("button", name="Move Part three down")).to_be_focused()
    expect(page.locator("#said")).to_have_text("“Part three” is number 1 now.")
    page.locator(f"{row(page, third)} [data-grip]").hover()
    page.mouse.down()
    box = page.locator(row(page, second)).bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] - 2, steps=5)
    page.mouse.up()
    expect(page.locator(f"{row(page, third)} .mailing-when")).to_contain_text("Number 3 in the sequence")
    assert queue.listed(desk.conn, desk.account)[1] == [first, second, third]


def test_the_board_of_somebody_who_signed_out_elsewhere_leads_to_the_door(
    desk: Desk, page_as: PageAs
) -> None:
    page = page_as("operator")
    expect(page.locator("[data-live-on]")).to_be_visible()
    desk.conn.execute("delete from django_session where session_key in (select session_key from usersessions_usersession u"
                      " join account_person p on p.id = u.user_id where p.email like %s)", (f"%@{desk.domain}",))  # fmt: skip
    expect(page).to_have_url("/sign-in?next=/board")
