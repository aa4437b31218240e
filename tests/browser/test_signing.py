"""Signing in, in a browser: by a link and a password set after it, with an app's codes, with a passkey, by keyboard and without scripts."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from penstock.account import invitations
from tests.browser.conftest import PageAs, sign_in
from tests.browser.desk import TERMINAL, Desk
from tests.browser.ground import Ground
from tests.browser.watching import Watch
from tests.integration.web.door import PASSWORD, code

Looks = Callable[..., None]


def leave(page: Page) -> None:
    page.locator("details.who summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def knock(page: Page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def set_password(page: Page) -> None:
    page.get_by_role("link", name="Set a password").click()
    page.get_by_label("New password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is set")).to_be_visible()


def test_a_link_a_password_and_an_app(
    desk: Desk, page_as: PageAs, axe: Looks, narrow: Looks, keyboard: Looks
) -> None:
    page, email = page_as("author"), desk.person("author")
    set_password(page)
    axe(page)
    page.goto("/me/second")
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("img", name="The picture for the app")).to_be_visible()
    axe(page)
    key = page.locator("code").inner_text()
    page.get_by_label("Authenticator code").fill(code(key))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("link", name="Remove the app")).to_be_visible()
    leave(page)
    axe(page)
    keyboard(page)
    knock(page, email, "wrong wrong")
    expect(page.get_by_role("alert").get_by_text("do not fit together")).to_be_visible()
    axe(page)
    knock(page, email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    axe(page)
    narrow(page)
    page.get_by_label("Code").fill(code(key, 1))
    page.keyboard.press("Enter")
    expect(page.locator("details.who")).to_be_visible()


def test_a_passkey_is_added_and_signs_in_by_itself(
    desk: Desk, ground: Ground, context_of: Callable[..., BrowserContext], watch: Watch, axe: Looks
) -> None:
    """The browser's own virtual key; keys want a name as host, so the page is opened at `localhost`."""
    watch.base = base = ground.url.replace("127.0.0.1", "localhost")
    email = desk.person("operator")
    context = context_of()
    sign_in(context, desk.sign_in_link(email, base))
    page = context.new_page()
    driver = context.new_cdp_session(page)
    driver.send("WebAuthn.enable")
    driver.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip
    page.goto(f"{base}/me/second")
    page.get_by_role("link", name="Add a key").click()
    axe(page)
    page.get_by_label("Passwordless").check()
    page.get_by_role("textbox").fill("My laptop")
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("cell", name="My laptop", exact=True)).to_be_visible()
    axe(page)
    leave(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("details.who")).to_be_visible()
    page.goto(f"{base}/me")
    expect(page.get_by_text(email)).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_somebody_is_invited_and_comes_in(
    desk: Desk,
    page_as: PageAs,
    context_of: Callable[..., BrowserContext],
    scripts: bool,
    axe: Looks,
    narrow: Looks,
) -> None:
    page = page_as("administrator", scripts=scripts)
    page.goto("/settings/people")
    page.get_by_role("link", name="Invite somebody").click()
    page.get_by_label("E-mail address").fill(f"bo@{desk.domain}")
    page.get_by_label("operator").check()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Link").input_value()
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("cell", name=f"bo@{desk.domain}")).to_be_visible()
    guest = context_of(scripts=scripts).new_page()
    guest.goto(re.sub(r"^https?://[^/]+", "", link))
    if scripts:
        axe(guest)
        narrow(guest)
    guest.get_by_label("Name").fill("Bo Lund")
    guest.get_by_label("Password").fill(PASSWORD)
    guest.get_by_label("Time zone").fill("Europe/Stockholm")
    guest.get_by_role("button", name="Come in").click()
    expect(guest.locator("details.who")).to_contain_text("Bo Lund")
    page.reload()
    expect(page.get_by_role("row", name="Bo Lund")).to_contain_text("author, operator")


def test_pages_before_the_door_and_their_looks(
    desk: Desk, context_of: Callable[..., BrowserContext], axe: Looks, narrow: Looks, tmp_path: Path
) -> None:
    made = invitations.make(
        desk.conn, account=desk.account, email=f"bo@{desk.domain}", roles=["author"], language="en", actor=TERMINAL, maker=None
    )  # fmt: skip
    secret = invitations.link(desk.conn, desk.account, made.id, TERMINAL).secret
    page: Any = context_of().new_page()
    for path in ("/sign-in", "/sign-in/forgot", f"/invitation/{secret}", "/invitation/none"):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(path)
        axe(page)
        narrow(page)
