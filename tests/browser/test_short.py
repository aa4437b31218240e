"""A short message written in the browser: counted while one types, and what makes it long replaced at a click."""

import pytest
from playwright.sync_api import expect

from penstock.content.messages import load_message
from penstock.mailing import mailings
from tests.browser import looking
from tests.browser.conftest import PageAs
from tests.browser.desk import Desk


@pytest.mark.behaviour("S2.1")
def test_counted_while_one_types(page_as: PageAs, desk: Desk) -> None:
    desk.centre()
    listed = desk.numbers(3, name="Customers")
    page = page_as("author")
    page.goto("/mailings/new")
    page.locator("[name=channel][value=sms]").check()
    expect(page.locator("[name=begin][value=html]")).to_be_hidden()
    page.get_by_label("Name", exact=True).fill("Tonight")
    page.locator("#list").select_option(str(listed))
    page.get_by_role("button", name="Write it").click()
    page.locator("#sender").fill("Orchard")
    page.locator("#text").fill("Hi {{ first_name }}, we’re open – till ten. " + "x" * 50)
    expect(page.locator("[data-parts]")).to_have_attribute("data-parts", "2")
    expect(page.locator("#counter")).to_contain_text("’ (RIGHT SINGLE QUOTATION MARK, U+2019)")
    assert not looking.axe(page)
    page.locator("[data-replace-all]").click()
    expect(page.locator("[data-parts]")).to_have_attribute("data-parts", "1")
    expect(page.locator("#saved:not([data-pending])")).to_contain_text("Saved")
    number = int(page.url.split("/mailings/")[1].split("/")[0])
    there = mailings.find(desk.conn, desk.account, number)
    assert there
    message = load_message(desk.conn, there.message)
    assert message
    assert message.text == "Hi {{ first_name }}, we're open - till ten. " + "x" * 50
    assert not looking.sideways(page)
    page.get_by_role("button", name="On to the audience").click()
    expect(page.locator("#count")).to_contain_text("3")
    assert not looking.sideways(page)
