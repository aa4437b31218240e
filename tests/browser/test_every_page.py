"""Every page of the control room, whoever built it: for axe in both schemes, at 375 px, by keyboard, without scripts.

The pages are those that the resolver knows: a new one is looked at the day it comes, or fails here for want of something to show.
While building some: PENSTOCK_LOOK=/audience looks at those alone whose address begins so.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page
from psycopg.types.json import Jsonb

from penstock.account import secrets
from tests.browser import looking
from tests.browser.addresses import Address, every_address
from tests.browser.conftest import sign_in
from tests.browser.desk import Desk
from tests.browser.ground import Ground
from tests.browser.scene import Scene, catch, furnish
from tests.browser.survey import Found, There, rooms, survey

IN_EVERY_STATE = ("room:mailing", "room:command")
"""Addresses that look otherwise for each state or command."""
PARTS = 4
"""Tests that the pages are dealt out to."""


@pytest.fixture(scope="module")
def there(
    request: pytest.FixtureRequest, penstock_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[There]:
    """A furnished account, for an administrator of the platform's staff: there is no page that they may not see."""
    ground: Ground = request.getfixturevalue("_still")
    chromium = request.getfixturevalue("chromium")
    ground.wait_until_ready()
    desk = Desk(ground.conn, ground.way_out, name="Orchard and Sons")
    anna = desk.person(name="Anna Lind", platform=True)
    context = chromium.new_context()
    sign_in(context, desk.sign_in_link(anna, ground.url))
    cookies = context.cookies()
    context.close()
    _second_factor(desk, anna)
    scene = furnish(desk, tmp_path_factory.mktemp("scene"))
    box = penstock_home / "caught" / "mail"
    scene.things["caught"] = catch(box)
    yield There(ground, scene, cookies)
    shutil.rmtree(box)


def _second_factor(desk: Desk, email: str) -> None:
    """Give somebody who is signed in already an app, so that there is something at its pages."""
    desk.conn.execute(
        "insert into mfa_authenticator (type, data, user_id, created_at)"
        " select 'totp', %s, id, now() from account_person where email = %s",
        (Jsonb({"secret": secrets.encrypt("JBSWY3DPEHPK3PXP").decode()}), email),
    )


@pytest.fixture(scope="module")
def surveyed(there: There) -> Found:
    """The pages there are."""
    return survey(there)


def test_every_address_leads_somewhere(surveyed: Found) -> None:
    """Each is a page in this scene, or a part, a file or a form's address; none is only ever missing, or fails."""
    lost = [
        f"the scene has nothing to show at {name}: {sorted(statuses)}"
        for name, statuses in surveyed.answers.items()
        if statuses <= {404, 409, 410}
    ]
    assert not surveyed.wrong + lost, "\n".join(surveyed.wrong + lost)
    assert len(surveyed.pages) > 3


def test_strangers_see_nothing_of_the_room(there: There) -> None:
    """Whoever is not signed in is led to the door, at every address of the room."""
    open_to_all = []
    with httpx.Client(base_url=there.ground.url, timeout=20) as client:
        for address in rooms():
            if address.name.startswith("room:"):
                with client.stream("GET", next(address.filled(there.scene))) as answer:
                    led = answer.status_code == 302 and answer.headers["location"].startswith("/sign-in")
                    if not led and answer.status_code != 405:
                        open_to_all.append(f"{address.name}: {answer.status_code}")
    assert not open_to_all


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page(
    there: There, surveyed: Found, context_of: Callable[..., BrowserContext], part: int
) -> None:
    """One page of each address in every way; a mailing in its other states, and its other commands, for structure and width."""
    scripted, plain = context_of(), context_of(scripts=False)
    for context in (scripted, plain):
        context.add_cookies(there.cookies)
    page, still = scripted.new_page(), plain.new_page()
    whole, wrong = set(surveyed.one_of_each), list[str]()
    chosen = [
        path
        for path, name in surveyed.pages.items()
        if path.startswith(os.environ.get("PENSTOCK_LOOK", "/")) and (path in whole or name in IN_EVERY_STATE)
    ]
    for path in chosen[part::PARTS]:
        wrong += looked_at(page, path)
        if path in whole:
            wrong += looked_at_closely(page, still, path)
    assert not wrong, f"{len(wrong)} findings\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in/forgot", "/nowhere"])
def test_what_strangers_see(context_of: Callable[..., BrowserContext], path: str) -> None:
    page, still = context_of().new_page(), context_of(scripts=False).new_page()
    wrong = looked_at(page, path) + looked_at_closely(page, still, path)
    assert not wrong, "\n".join(wrong)


def looked_at(page: Page, path: str) -> list[str]:
    """Open a page and look at what costs little: its structure, and its width in a narrow window."""
    page.set_viewport_size({"width": looking.NARROW, "height": 800})
    page.goto(path, wait_until="load")
    return looking.bones(page) + looking.sideways(page)


def looked_at_closely(page: Page, still: Page, path: str) -> list[str]:
    """Look at the open page in every way; `still` is a page of a browser that runs no scripts."""
    told = looking.sideways(page, looking.WIDE) + looking.axe(page) + looking.unreachable(page)
    still.goto(path, wait_until="load")
    missing = [heading for heading in looking.headings(page) if heading not in looking.headings(still)]
    return told + [f"{path} without scripts: “{heading}” is not shown" for heading in missing]


def test_addresses_are_what_they_say() -> None:
    """The list is not empty by mistake, and knows what stands in an address."""
    found = {address.name: address for address in every_address()}
    assert found["room:command"].kinds == ["mailings|mailings", "command"]
    assert not any(address.route.startswith("api/") for address in found.values())


def test_what_no_scene_has_is_asked_for() -> None:
    with pytest.raises(LookupError, match="nothing stands for sky/moons"):
        list(Address("room:moon", "sky/moons/<int:number>").filled(Scene(desk=None)))  # type: ignore[arg-type]
