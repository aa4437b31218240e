"""The pages of one mailing in a browser: its status line as it moves, its figures, one person's story."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk

PageAs = Callable[..., Page]


@pytest.mark.behaviour("S3.5", "S4.5", "S5.9", "S5.20")
def test_the_status_line_follows_while_one_looks_on(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("sending", "Spring sale", count=12)  # six accepted, one bounced, one on the wire
    page = page_as("operator")
    page.goto(f"/mailings/{mailing}")
    line = page.locator(".status-line")
    expect(line).to_contain_text("Being sent, 58.3 % handed off")
    details = page.locator("#packages-figures")
    details.locator("summary").click()
    page.evaluate("() => { window.same = true; }")
    desk.send(mailing, accepted=2, deferred=1)
    expect(line).to_contain_text("Being sent, 83.3 % handed off")
    expect(page.locator("#overview-main [data-live=settled]")).to_have_text("9")
    desk.give(mailing, "pause")
    expect(line).to_contain_text("Paused, 83.3 % handed off")
    mark = line.locator(".paused-mark")
    assert "3 of 12 are left to be reached" in str(mark.get_attribute("title"))
    mark.focus()
    page.keyboard.press("Enter")  # what pointing tells, the keyboard does too
    expect(line).to_contain_text("by root. 3 of 12 are left to be reached.")
    expect(details).to_have_attribute("open", "")  # nothing that one opened was shut meanwhile
    assert page.evaluate("() => window.same")


def test_figures_are_one_click_from_their_picture(page_as: PageAs, desk: Desk, tmp_path: Path) -> None:
    mailing = desk.mailing("sent", count=12)
    page = page_as("author")
    page.goto(f"/mailings/{mailing}/report")
    chart = page.get_by_role("img", name="Settled by hour")
    expect(chart).to_be_visible()
    figure = page.locator("figure", has=chart)
    expect(figure.get_by_role("table")).to_be_hidden()
    figure.get_by_text("The figures").click()
    expect(figure.get_by_role("columnheader")).to_have_text(["From", "Accepted", "Bounced", "In doubt"])
    with page.expect_download() as download:
        figure.get_by_role("link", name="As CSV").click()
    download.value.save_as(tmp_path / "hours.csv")
    rows = list(csv.DictReader((tmp_path / "hours.csv").open()))
    assert [sum(int(row[state]) for row in rows) for state in ("accepted", "bounced", "in_doubt")] == [
        9,
        2,
        1,
    ]


def test_a_person_is_found_and_their_story_read_by_keyboard(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("finishing", count=12)  # the first two were put off
    page = page_as("operator")
    page.goto(f"/mailings/{mailing}/recipients")
    page.get_by_label("Find a person").focus()
    page.keyboard.type(f"READER2@{desk.domain}")
    page.keyboard.press("Enter")
    found = page.get_by_role("link", name=f"reader2@{desk.domain}")
    expect(page.locator("tbody tr")).to_have_count(1)
    found.focus()
    page.keyboard.press("Enter")
    story = page.locator(".story")
    expect(story).to_contain_text("451 4.7.1 Greylisted, please try again in 300 seconds")
    expect(story.locator("li").last).to_contain_text("Is tried again")


def test_recipients_are_filtered_without_scripts(page_as: PageAs, desk: Desk) -> None:
    mailing = desk.mailing("sent", count=12)
    page = page_as("approver", scripts=False)
    page.goto(f"/mailings/{mailing}/report")
    page.get_by_role("link", name="5.1.1").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("State").select_option(label="In doubt (1)")
    page.get_by_label("Reason").fill("")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Everybody").click()
    expect(page.locator("tbody tr")).to_have_count(12)
