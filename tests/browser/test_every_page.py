"""Every page of the control room, whoever built it: for axe in both schemes, at 375 px, by keyboard, without scripts.

The pages are those that the resolver knows: a new one is looked at the day it comes, or fails here for want of something to show.
While building some: PENSTOCK_LOOK=/audience looks at those alone whose address begins so.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page
from psycopg.types.json import Jsonb

from penstock.mailing import control
from tests.browser import looking
from tests.browser.addresses import COMMANDS, Address, every_address
from tests.browser.conftest import sign_in
from tests.browser.desk import TERMINAL, Desk
from tests.browser.ground import Ground
from tests.browser.scene import Scene, catch, furnish

PARTS = 4
"""Tests that the pages are dealt out to."""
STATES_OF_TABS = ("draft", "in_review", "sending", "sent")
"""Of a mailing's pages the overview is looked at in every state, the others in these."""
WITH_SECRETS = {
    "sign-in/<str:secret>",
    "invitation/<str:secret>",
    "v/<str:token>",
    "u/<str:token>",
    "p/<str:file>",
}
"""Addresses that strangers come to with a secret: their own tests look at them."""
AT_WORK = {"mfa_authenticate", "mfa_login_webauthn"}
"""Addresses in the middle of signing in."""


@dataclass
class Found:
    """What the server has: pages to look at, every answer by address, and what was amiss."""

    pages: list[str] = field(default_factory=list)
    answers: dict[str, set[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


@dataclass
class There:
    """The account that all tests of this module only look at, and the cookies of somebody who may do everything in it."""

    ground: Ground
    scene: Scene
    cookies: list[Any]

    @property
    def jar(self) -> dict[str, str]:
        """The cookies by name."""
        return {cookie["name"]: cookie["value"] for cookie in self.cookies}


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
    desk.conn.execute(
        "insert into mfa_authenticator (type, data, user_id, created_at)"
        " select 'webauthn', %s, id, now() from account_person where email = %s",
        (Jsonb({"name": "Blue key", "passwordless": False, "credential": {}}), email),
    )


def rooms() -> list[Address]:
    """The addresses that are looked at here."""
    return [each for each in every_address() if each.route not in WITH_SECRETS and each.name not in AT_WORK]


def survey(there: There) -> Found:
    """Ask the server for every address, without a browser: which of them are pages, and in which there is something amiss."""
    found = Found()
    with httpx.Client(
        base_url=there.ground.url, cookies=there.jar, timeout=20, headers={"Accept": "text/html"}
    ) as client:
        for address in rooms():
            try:
                paths = list(_telling(address, there.scene))
            except LookupError as error:
                found.wrong.append(str(error))
                continue
            for path in paths:
                _ask(client, address.name, path, found)
    return found


def _ask(client: httpx.Client, name: str, path: str, found: Found) -> None:
    with client.stream("GET", path) as answer:
        found.answers.setdefault(name, set()).add(answer.status_code)
        if answer.status_code >= 500 or answer.status_code in (401, 403, 422):
            found.wrong.append(f"{answer.status_code} at {path} ({name}) for an administrator")
        elif _is_page(answer):
            found.pages.append(path)


def _is_page(answer: httpx.Response) -> bool:
    """Whether it is a whole page; a stream of news is never read, for it has no end."""
    kind = answer.headers.get("content-type", "")
    return (
        answer.status_code == 200 and kind.startswith("text/html") and "<html" in answer.read().decode()[:400]
    )


def _telling(address: Address, scene: Scene) -> Iterator[str]:
    """The paths of a route that are worth a look: the page of a mailing itself in every state, its others in some."""
    paths = list(address.filled(scene))
    if not address.route.startswith("mailings/<") or (
        address.route.endswith(">") and "command" not in address.kinds
    ):
        yield from paths
    elif "command" in address.kinds:
        yield from _first_that_may(paths, scene)
    else:
        wanted = {str(scene.mailings[state]) for state in STATES_OF_TABS}
        yield from (path for path in paths if path.split("/")[2] in wanted)


def _first_that_may(paths: list[str], scene: Scene) -> Iterator[str]:
    """For every command its page in one mailing to which it may be given."""
    for command in COMMANDS:
        for mailing in scene.mailings.values():
            path = f"/mailings/{mailing}/{command.replace('_', '-')}"
            if path in paths and command in control.possible(scene.desk.conn, mailing, TERMINAL):
                yield path
                break


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
    scripted, plain = context_of(), context_of(scripts=False)
    for context in (scripted, plain):
        context.add_cookies(there.cookies)
    page, still = scripted.new_page(), plain.new_page()
    wrong: list[str] = []
    chosen = [path for path in surveyed.pages if path.startswith(os.environ.get("PENSTOCK_LOOK", "/"))]
    for path in chosen[part::PARTS]:
        wrong += looked_at(page, still, path)
    assert not wrong, f"{len(wrong)} findings\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/sign-in/forgot", "/nowhere"])
def test_what_strangers_see(context_of: Callable[..., BrowserContext], path: str) -> None:
    wrong = looked_at(context_of().new_page(), context_of(scripts=False).new_page(), path)
    assert not wrong, "\n".join(wrong)


def looked_at(page: Page, still: Page, path: str) -> list[str]:
    """Look at one page in every way; `still` is a page of a browser that runs no scripts."""
    page.set_viewport_size({"width": looking.WIDE, "height": 900})
    page.goto(path, wait_until="load")
    told = [*looking.bones(page), *looking.axe(page), *looking.unreachable(page)]
    told += looking.sideways(page, looking.WIDE) + looking.sideways(page)
    still.goto(path, wait_until="load")
    missing = [heading for heading in looking.headings(page) if heading not in looking.headings(still)]
    return told + [f"{path} without scripts: “{heading}” is not shown" for heading in missing]


def test_addresses_are_what_they_say() -> None:
    """The list is not empty by mistake, and knows what stands in an address."""
    found = {address.name: address for address in every_address()}
    assert found["room:command"].kinds == ["mailings", "command"]
    assert not any(address.route.startswith("api/") for address in found.values())


def test_what_no_scene_has_is_asked_for() -> None:
    with pytest.raises(LookupError, match="nothing stands for sky/moons"):
        list(Address("room:moon", "sky/moons/<int:number>").filled(Scene(desk=None)))  # type: ignore[arg-type]
