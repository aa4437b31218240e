"""Every page of the control room, whoever built it: for axe in both schemes, at 375 px, by keyboard, without scripts.

The pages are those that the resolver knows: a new one is looked at the day it comes, or fails here for want of something to show.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser import looking
from tests.browser.addresses import Address, every_address
from tests.browser.conftest import sign_in
from tests.browser.desk import Desk
from tests.browser.ground import Ground
from tests.browser.scene import Scene, furnish

PARTS = 4
"""Tests that the pages are dealt out to."""
STATES_OF_TABS = ("draft", "in_review", "sending", "sent")
"""Of a mailing's pages the overview is looked at in every state, the others in these."""
ABROAD = {
    "sign-in/<str:secret>", "v/<str:token>", "u/<str:token>", "p/<str:file>",
}  # fmt: skip
"""Addresses that strangers come to with a secret: their own tests look at them."""


@dataclass
class Found:
    """What the server has: pages to look at, and every answer by address (for what no page was found for)."""

    pages: dict[str, Address] = field(default_factory=dict)
    answers: dict[str, set[int]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def everything(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ground, Desk, Scene]:
    """A furnished account that all tests of this module only look at."""
    ground: Ground = request.getfixturevalue("_still")
    request.getfixturevalue("chromium")
    ground.wait_until_ready()
    desk = Desk(ground.conn, ground.way_out, name="Orchard and Sons")
    return ground, desk, furnish(desk, tmp_path_factory.mktemp("scene"))


def rooms() -> list[Address]:
    """The addresses that are looked at here."""
    return [address for address in every_address() if address.route not in ABROAD]


def survey(ground: Ground, scene: Scene, cookies: dict[str, str]) -> Found:
    """Ask the server for every address, without a browser: which of them are pages, and in which there is something amiss."""
    found = Found()
    with httpx.Client(
        base_url=ground.url, cookies=cookies, timeout=20, headers={"Accept": "text/html"}
    ) as client:
        for address in rooms():
            for path in _telling(address, scene):
                with client.stream("GET", path) as answer:
                    found.answers.setdefault(address.name, set()).add(answer.status_code)
                    fine = answer.status_code < 500 and answer.status_code not in (401, 403, 422)
                    assert fine, f"{answer.status_code} at {path} ({address.name}) for an administrator"
                    if _is_page(answer):
                        found.pages[path] = address
    return found


def _is_page(answer: httpx.Response) -> bool:
    """Whether it is a whole page; a stream of news is never read, for it has no end."""
    kind = answer.headers.get("content-type", "")
    return (
        answer.status_code == 200 and kind.startswith("text/html") and "<html" in answer.read().decode()[:400]
    )


def _telling(address: Address, scene: Scene) -> Iterator[str]:
    """The paths of a route that are worth a look: the page of a mailing itself in every state, its others in some."""
    paths = list(address.filled(scene))
    if "mailing" not in address.parameters or address.name == "room:mailing":
        yield from paths
        return
    wanted = {str(scene.mailings[state]) for state in STATES_OF_TABS}
    if "command" in address.parameters:
        yield from _first_that_may(paths, scene)
        return
    yield from (path for path in paths if wanted & set(path.split("/")))


def _first_that_may(paths: list[str], scene: Scene) -> Iterator[str]:
    """For every command the page in one mailing to which it may be given."""
    from penstock.mailing import control
    from tests.browser.desk import TERMINAL

    for command in {path.rstrip("/").rpartition("/")[2] for path in paths}:
        for mailing in scene.mailings.values():
            there = [
                path for path in paths if path.rstrip("/").endswith(f"/{command}") and f"/{mailing}/" in path
            ]
            if there and command in control.possible(scene.desk.conn, mailing, TERMINAL):
                yield there[0]
                break


@pytest.fixture(scope="module")
def surveyed(everything: tuple[Ground, Desk, Scene], request: pytest.FixtureRequest) -> Found:
    """The pages there are."""
    ground, desk, scene = everything
    return survey(ground, scene, _cookies(request, ground, desk))


def _cookies(request: pytest.FixtureRequest, ground: Ground, desk: Desk) -> dict[str, str]:
    context = request.getfixturevalue("chromium").new_context()
    sign_in(context, desk.sign_in_link(_administrator(desk), ground.url))
    cookies = {cookie["name"]: cookie["value"] for cookie in context.cookies()}
    context.close()
    return cookies


def _administrator(desk: Desk) -> str:
    """Somebody with every role, and of the platform's staff: for whom there is no page that they may not see."""
    return desk.person(name="Anna Lind", platform=True)


def test_every_address_leads_somewhere(surveyed: Found) -> None:
    """Each is a page in this scene, or a part, a file or a form's address; none is only ever missing."""
    lost = {
        name: sorted(statuses) for name, statuses in surveyed.answers.items() if statuses <= {404, 409, 410}
    }
    assert not lost, f"the scene has nothing to show at these addresses: {lost}"
    assert len(surveyed.pages) > 3


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page(
    everything: tuple[Ground, Desk, Scene],
    surveyed: Found,
    context_of: Callable[..., BrowserContext],
    part: int,
) -> None:
    ground, desk, _ = everything
    scripted, plain = context_of(), context_of(scripts=False)
    for context in (scripted, plain):
        sign_in(context, desk.sign_in_link(_administrator(desk), ground.url))
    page, still = scripted.new_page(), plain.new_page()
    wrong: list[str] = []
    for path in list(surveyed.pages)[part::PARTS]:
        wrong += looked_at(page, still, path)
    assert not wrong, f"{len(wrong)} findings\n" + "\n".join(wrong)


def looked_at(page: Page, still: Page, path: str) -> list[str]:
    """Look at one page in every way; `still` is a page of a browser that runs no scripts."""
    page.set_viewport_size({"width": looking.WIDE, "height": 900})
    page.goto(path, wait_until="load")
    told = [*looking.bones(page), *looking.axe(page), *looking.unreachable(page)]
    told += looking.sideways(page, looking.WIDE) + looking.sideways(page)
    still.goto(path, wait_until="load")
    missing = [heading for heading in looking.headings(page) if heading not in looking.headings(still)]
    return told + [f"{path} without scripts: “{heading}” is not shown" for heading in missing]


def test_pages_are_found_where_they_are() -> None:
    """The list is not empty by mistake, and has the room's own addresses with their parameters."""
    names = {address.name: address for address in every_address()}
    assert "room:place" in names
    assert names["sign-in"].parameters == ["secret"]
    assert not any(address.route.startswith("api/") for address in names.values())


def test_an_unknown_parameter_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="nothing stands for <moon>"):
        list(Address("room:moon", "moons/<int:moon>").filled(Scene(desk=None)))  # type: ignore[arg-type]
