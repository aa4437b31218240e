"""Every procedure of the seeds by keyboard alone: only keys are pressed, and Tab has to lead to whatever is used.

One page serves for all of them, for a browser's window costs more than what is done in it.
"""

from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Page, expect

from penstock.mailing import queue
from tests.browser.desk import Desk
from tests.browser.hands import Hands

PageAs = Callable[..., Page]


def test_letting_out(page_as: PageAs, desk: Desk) -> None:
    """Approve from the list and from the details, another launch date, a walk through the recipients, the analysis, reject."""
    hands = Hands(page_as())
    one, two, three = (desk.mailing("in_review", name) for name in ("First", "Second", "Third"))
    for mailing in (one, two):
        desk.analyse(mailing)
    hands.go("/approvals")
    hands.use("Approve without review: First")
    hands.told("“First”")
    hands.go("/approvals")
    hands.use("Second")  # the name leads to the details
    title = hands.page.locator("#preview-title")
    expect(title).to_contain_text("reader1@")
    hands.use("Next")
    expect(title).to_contain_text("reader2@")
    hands.use("To list")
    hands.type("Find a recipient", f"reader7@{desk.domain}")
    hands.press("Enter")
    expect(hands.page.get_by_role("link", name=f"reader2@{desk.domain}")).to_have_count(0)
    hands.use(f"reader7@{desk.domain}")
    expect(title).to_contain_text("reader7@")
    hands.use("Edit launch date")
    hands.dialog("Edit launch date")
    hands.date("Date and time", "050520310930")
    hands.use("Edit launch date")
    expect(hands.page.locator("#decide")).to_contain_text("09:30")
    hands.go(f"/mailings/{two}")
    hands.use("Analysis")
    expect(hands.page.locator("h1")).to_contain_text("Second")
    hands.go(f"/approvals/{two}")
    hands.use("Approve")
    hands.told("“Second”")
    hands.use("Reject: Third")
    hands.dialog("Reject")
    hands.page.keyboard.type("The price is last year's.")
    hands.use("Reject")
    hands.told("“Third” is rejected")
    assert [desk.state(each) for each in (one, two, three)] == ["scheduled", "scheduled", "rejected"]


def test_stopping_and_going_on(page_as: PageAs, desk: Desk) -> None:
    """Pause and resume by icon, what a paused one tells, cancel with an answer and without, unschedule, the Actions menu."""
    hands = Hands(page_as())
    going, planned = desk.mailing("sending", "Spring sale", count=10), desk.mailing("scheduled", "Later")
    hands.go("/board")
    hands.use("Pause: Spring sale")
    hands.told("Paused")
    mark = hands.page.locator(f"[data-mailing='{going}'] .paused-mark")
    expect(mark).to_be_visible()
    expect(hands.page.get_by_role("link", name="Resume: Spring sale")).to_be_visible()
    hands.page.wait_for_load_state("networkidle")  # the row that came with the news of the pause
    words = hands.page.get_by_text("are left to be reached.")
    for _ in range(4):  # a row that comes with news between Tab and Enter takes the key's place away
        hands.to(mark.inner_text().strip())
        hands.press("Enter")
        with suppress(AssertionError):
            expect(words).to_be_visible(timeout=2_000)
            break
    expect(words).to_be_visible()
    hands.press("Escape")
    hands.use("Resume: Spring sale")
    hands.dialog("Resume")
    hands.use("Resume")
    expect(hands.page.locator(f"[data-mailing='{going}'] [data-state=sending]")).to_be_visible()
    hands.go(f"/mailings/{going}")
    hands.use("Actions")
    hands.use("Cancel: Spring sale")
    hands.dialog("Cancel")
    hands.press("Escape")
    hands.told("stays paused")
    hands.use("Actions")
    hands.use("Cancel: Spring sale")
    hands.dialog("Cancel")
    hands.page.keyboard.type("The offer ended.")  # the focus is where the reason goes
    hands.use("Cancel sending")
    hands.told("is being cancelled")
    hands.go(f"/mailings/{planned}")
    hands.use("Actions")
    hands.use("Unschedule: Later")
    hands.dialog("Later")
    hands.use("Make it a draft again")
    hands.told("draft")
    assert (desk.state(going), desk.state(planned)) == ("cancelling", "draft")


def test_sending(page_as: PageAs, desk: Desk) -> None:
    """The ways to send, taken back while it starts up, put in sequence and moved there, confirmed by typing the number."""
    desk.policy(approvals_required=0, undo_seconds=600)
    hands = Hands(page_as())
    first, second, third, fourth = (desk.draft(name) for name in ("First", "Second", "Third", "Fourth"))

    def choose(mailing: int, way: int, button: str) -> None:
        """Go to the way at this place by the arrows, and press its button."""
        hands.go(f"/mailings/{mailing}/edit?step=send")
        hands.to("Now")
        hands.press(*["ArrowDown"] * way)
        hands.use(button)

    choose(first, 0, "Send now to 12")
    hands.dialog("Send now")
    hands.press("Enter")  # the button that confirms has the focus
    hands.told("starts up")
    hands.use("Take back")
    hands.told("“First”")
    for mailing in (second, third):
        choose(mailing, 2, "Put in sequence")
        hands.dialog("Put in sequence")
        hands.press("Enter")
        hands.told("sequence")
    hands.go("/board")
    hands.use("Move Third up")
    expect(hands.page.locator("#sequence h3 a")).to_have_text(["Third", "Second"])
    choose(fourth, 3, "Decide later")
    hands.told("“Fourth”")
    desk.policy(confirm_send="type_count")
    hands.go(f"/mailings/{fourth}")
    hands.use("Send now: Fourth")
    hands.dialog("Send now")
    hands.type("To confirm", "12")
    hands.press("Enter")
    hands.told("starts up")
    assert queue.listed(desk.conn, desk.account)[1] == [third, second]
    assert [desk.state(each) for each in (first, fourth)] == ["parked", "starting"]


def test_validating(page_as: PageAs, desk: Desk) -> None:
    """The platform's desk: one passes, one is refused with its ground."""
    good, bad = desk.mailing("in_moderation", "Good news"), desk.mailing("in_moderation", "Bad news")
    hands = Hands(page_as("approver", platform=True))
    hands.go("/platform")
    hands.use("Validate: Good news")
    hands.dialog("Validate")
    hands.use("Validate")
    hands.told("“Good news”")
    hands.use("Refuse: Bad news")
    hands.dialog("Bad news")
    hands.to("Technical")
    hands.press("ArrowDown")
    hands.type("Reason", "Forbidden goods.")
    hands.use("Reject")
    hands.told("“Bad news” is rejected")
    assert (desk.state(good), desk.state(bad)) == ("scheduled", "rejected")
