"""A mailing written in the browser: saved as one types, its blocks put together by drag and by keyboard, looked at live."""

import io
import json
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from penstock.content.messages import load_message
from penstock.mailing import mailings
from tests.browser.conftest import PageAs
from tests.browser.desk import Desk
from tests.browser.watching import Watch


def begun(page: Page, name: str = "Spring", way: str = "design") -> int:
    """Begin a mailing; its number."""
    page.goto("/mailings/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.locator(f"[name=begin][value={way}]").check()
    page.get_by_role("button", name="Write it").click()
    expect(page.locator("#writing")).to_be_visible()
    return int(page.url.split("/mailings/")[1].split("/")[0])


def kinds(page: Page) -> list[str]:
    return [str(block["type"]) for block in json.loads(page.locator("#source").input_value())["blocks"]]


def design(desk: Desk, number: int) -> dict[str, Any]:
    mailing = mailings.find(desk.conn, desk.account, number)
    assert mailing
    message = load_message(desk.conn, mailing.message)
    assert message
    assert message.design is not None
    return message.design


def saved(page: Page) -> None:
    """Until everything that was typed is saved."""
    expect(page.locator("#saved:not([data-pending])")).to_contain_text("Saved")


def test_blocks_by_drag_and_by_keyboard(page_as: PageAs, desk: Desk) -> None:
    page = page_as("author")
    number = begun(page)
    assert kinds(page) == ["heading", "text", "footer"]
    page.locator("[data-add=button]").drag_to(
        page.locator('[data-path="[0]"]'), target_position={"x": 60, "y": 4}
    )
    assert kinds(page) == ["button", "heading", "text", "footer"]
    grip = page.locator('[data-path="[2]"] .grip')
    grip.drag_to(page.locator('[data-path="[0]"]'), target_position={"x": 60, "y": 4})
    assert kinds(page) == ["text", "button", "heading", "footer"]
    # and the same by keyboard alone
    page.locator('[data-path="[2]"] [data-open]').focus()
    page.keyboard.press("Alt+ArrowUp")
    assert kinds(page) == ["text", "heading", "button", "footer"]
    expect(page.locator('[data-path="[1]"] [data-open]')).to_be_focused()
    expect(page.locator("#said")).to_contain_text("2 of 4")
    page.keyboard.press("Control+d")
    page.keyboard.press("Delete")
    assert kinds(page) == ["text", "heading", "button", "footer"]
    page.keyboard.press("Control+z")
    assert kinds(page) == ["text", "heading", "heading", "button", "footer"]
    page.locator("[data-undo]").press("Enter")
    page.locator("[data-redo]").press("Enter")
    assert kinds(page) == ["text", "heading", "heading", "button", "footer"]
    page.locator('[data-path="[1]"] [data-open]').press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("Dear {{ first_name }}")
    saved(page)
    assert [block["type"] for block in design(desk, number)["blocks"]] == kinds(page)
    assert design(desk, number)["blocks"][1]["text"] == "Dear {{ first_name }}"


def test_columns_words_and_the_live_look(page_as: PageAs, desk: Desk) -> None:
    desk.list(3)
    page = page_as("author")
    number = begun(page)
    page.locator('[data-path="[1]"] [data-open]').click()
    field = page.locator("[data-words]")
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("If {{ town }} & you")
    page.keyboard.press("Control+a")
    page.locator("[data-do=bold]").click()
    look = page.frame_locator(".frames iframe:not(.coming)")
    expect(look.locator("b, strong")).to_contain_text(" & you")
    page.locator("[data-add=columns]").click()
    page.locator("[data-here]").nth(1).click()
    page.locator("[data-add=button]").click()
    page.get_by_label("Leads to").fill("https://example.org/{{ town }}")
    expect(look.get_by_text("Read on")).to_be_visible()
    saved(page)
    stored = design(desk, number)["blocks"]
    assert stored[1]["html"] in (
        "<p><b>If {{ town }} &amp; you</b></p>",
        "<p><strong>If {{ town }} &amp; you</strong></p>",
    )
    assert stored[2]["columns"][1]["blocks"][0]["link"] == "https://example.org/{{ town }}"
    page.locator('[data-path="[2,1,0]"] [data-left]').click()
    assert json.loads(page.locator("#source").input_value())["blocks"][2]["columns"][0]["blocks"]


def test_nothing_that_was_typed_is_lost_when_somebody_else_saves(
    page_as: PageAs, desk: Desk, watch: Watch
) -> None:
    watch.allow("409")
    draft = desk.draft("Shared", html="<p>Words</p>")
    page, other = page_as("author"), page_as("administrator")
    for each in (page, other):
        each.goto(f"/mailings/{draft}/edit")
    other.get_by_label("Subject").fill("Theirs")
    saved(other)
    page.get_by_label("Subject").fill("Mine")
    expect(page.get_by_role("alert")).to_contain_text("somebody else changed this mailing")
    expect(page.get_by_label("Subject")).to_have_value("Mine")
    page.get_by_role("button", name="Save mine").click()
    saved(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    page.goto(f"/mailings/{draft}/edit/earlier")
    expect(page.locator("tbody")).to_contain_text("Theirs")
    expect(page.locator("tbody")).to_contain_text("Mine")


@pytest.mark.behaviour("S2.4")
def test_from_the_first_word_to_the_board_without_scripts(no_scripts: Any, desk: Desk) -> None:
    desk.policy(approvals_required=0)
    desk.list(7, "Seven")
    page = no_scripts()
    number = begun(page, "Plain", "html")
    page.get_by_label("From", exact=True).fill("News <news@example.org>")
    page.get_by_role("button", name="On to the audience").click()
    page.get_by_label("To everybody on the list").select_option(label="Seven")
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Send now to 7").click()
    expect(page.locator("#dialog-title")).to_have_text("Send now to 7?")
    page.get_by_role("button", name="Send now to 7").click()
    page.wait_for_url("**/board")
    assert desk.state(number) == "starting"


def test_a_picture_is_uploaded_and_chosen_without_leaving_the_letter(page_as: PageAs, desk: Desk) -> None:
    file = io.BytesIO()
    Image.new("RGB", (60, 30), "#aa3344").save(file, "PNG")
    page = page_as("author")
    number = begun(page)
    page.locator("[data-add=image]").click()
    page.locator("[data-pick]").click()
    upload = page.locator("#dialog input[type=file]")
    upload.set_input_files({"name": "harbour.png", "mimeType": "image/png", "buffer": file.getvalue()})
    page.get_by_role("button", name="Upload", exact=True).click()
    page.locator("[data-picture]").click()
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.type("The harbour")
    expect(page.locator(".block-look img")).to_have_attribute("alt", "The harbour")
    saved(page)
    block = design(desk, number)["blocks"][2]
    assert block["src"].split("/p/")[0] in page.url
    assert block["alt"] == "The harbour"


def test_the_last_question_stands_in_the_dialog(page_as: PageAs, desk: Desk) -> None:
    desk.policy(approvals_required=0)
    number = desk.draft("Ready", html='<p>Words</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>')
    page = page_as()
    page.goto(f"/mailings/{number}/edit?step=send")
    page.get_by_label("Decide later").check()
    expect(page.get_by_role("button", name="Decide later")).to_be_visible()
    page.locator("[name=kind][value=now]").check()
    page.get_by_role("button", name="Send now to 12").click()
    expect(page.locator("#dialog #dialog-title")).to_have_text("Send now to 12?")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    assert desk.state(number) == "draft"
    page.get_by_role("button", name="Send now to 12").click()
    expect(page.locator("#dialog")).to_be_visible()
    page.locator("#dialog [data-sure]").press("Enter")
    page.wait_for_url("**/board")
    assert desk.state(number) == "starting"
