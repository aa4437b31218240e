"""A browser for the tests: the system's Chromium, one for each worker, and a real server on a database they share.

A test asks for `desk` (an account of its own, with mailings in any state) and `page_as` (a page in which somebody is signed in).
With the fixture `senders` it stands on the ground where mailings move. Whatever goes wrong unseen fails it: see watching.py.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests import needs as system
from tests.browser import looking
from tests.browser.desk import Desk
from tests.browser.ground import Ground, laid
from tests.browser.watching import Watch

SHELL = "chromium-headless-shell"
PATIENCE = 10_000
"""Milliseconds that a fact is waited for; a loaded machine is slow."""
_numbers = itertools.count(1)
_failed = pytest.StashKey[bool]()


class PageAs(Protocol):
    """`page_as("author", "approver", width=375, scripts=False)`: see the fixture."""

    def __call__(
        self, *roles: str, width: int = ..., scripts: bool = ..., scheme: looking.Scheme = ..., of: Desk | None = ...,
        language: str = ..., zone: str = ..., platform: bool = ...,
    ) -> Page: ...  # fmt: skip


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Remember how the test itself ended, for the picture that is taken of a failure."""
    report = yield
    if report.when == "call":
        item.stash[_failed] = report.failed
    return report


def installed(needs: Callable[[str, str], str]) -> str:
    """The browser's program: Chromium without windows, which opens a page at a quarter of the cost, else Chromium itself."""
    return system.found(SHELL) or system.found("chromium") or needs(SHELL, SHELL)


@pytest.fixture(scope="session")
def _still(
    server: str, needs: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    installed(needs)
    with laid(server, "browser_still", tmp_path_factory.mktemp("still")) as ground:
        yield ground


@pytest.fixture(scope="session")
def _moving(
    server: str, needs: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    installed(needs)
    with laid(server, "browser_moving", tmp_path_factory.mktemp("moving"), senders=True) as ground:
        yield ground


@pytest.fixture(scope="module")
def _playwright() -> Iterator[Playwright]:
    """The driver, for one module: while it runs, its event loop does, and no other test of the worker could have one."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def chromium(needs: Callable[[str, str], str], request: pytest.FixtureRequest) -> Iterator[Browser]:
    """The browser of a module. It resolves no name: nothing leaves this machine, whatever a page asks for."""
    program = installed(needs)
    driver: Playwright = request.getfixturevalue("_playwright")
    arguments = [
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        "--disable-background-networking",
    ]
    browser = driver.chromium.launch(executable_path=program, args=arguments)
    yield browser
    browser.close()


@pytest.fixture
def senders() -> None:
    """Ask for the ground where senders run; what they hand over is caught (`ground.post`)."""


@pytest.fixture
def ground(request: pytest.FixtureRequest) -> Ground:
    """The server and the database that the test stands on. Its processes start while the browser does."""
    laid_one: Ground = request.getfixturevalue("_moving" if "senders" in request.fixturenames else "_still")
    request.getfixturevalue("chromium")
    laid_one.wait_until_ready()
    return laid_one


@pytest.fixture
def desk(ground: Ground) -> Desk:
    """An account of the test's own."""
    return Desk(ground.conn, ground.way_out)


@pytest.fixture
def watch(ground: Ground) -> Iterator[Watch]:
    """What goes wrong unseen; a test that provokes it says so with `watch.allow("part of the complaint")`."""
    watching = Watch(ground.url)
    yield watching
    assert not watching.complaints, "\n".join(watching.complaints)


@pytest.fixture
def context_of(
    chromium: Browser, ground: Ground, watch: Watch, request: pytest.FixtureRequest
) -> Iterator[Callable[..., BrowserContext]]:
    """`context_of(width=375, scripts=False, …)`: a browser window of somebody who is not signed in."""
    expect.set_options(timeout=PATIENCE)
    opened: list[BrowserContext] = []

    def make(
        *, width: int = looking.WIDE, scripts: bool = True, scheme: looking.Scheme = "light",
        language: str = "en-GB", zone: str = "Europe/Paris",
    ) -> BrowserContext:  # fmt: skip
        context = chromium.new_context(
            base_url=ground.url, viewport={"width": width, "height": 900}, java_script_enabled=scripts,
            color_scheme=scheme, reduced_motion="reduce", locale=language, timezone_id=zone, accept_downloads=True,
        )  # fmt: skip
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        opened.append(context)
        return context

    yield make
    if request.node.stash.get(_failed, False):
        _keep_pictures(request.node.nodeid, opened)
    for context in opened:
        context.close()


@pytest.fixture
def page_as(desk: Desk, ground: Ground, context_of: Callable[..., BrowserContext]) -> PageAs:
    """`page_as("approver")`: a page in which somebody with these roles (all without any) is signed in, on the board.

    `width` in CSS pixels, `scripts=False` for a browser that runs none, `scheme`, `language`, `zone` (the browser's), `of=desk`
    for another account, `platform=True` for the platform's staff. Called twice with the same roles it is the same person in
    another browser. Signing in is by the one-time link, as somebody does it.
    """

    def make(*roles: str, of: Desk | None = None, platform: bool = False, **window: Any) -> Page:
        there = of or desk
        context = context_of(**window)
        sign_in(context, there.sign_in_link(there.person(*roles, platform=platform), ground.url))
        page = context.new_page()
        page.goto("/")
        return page

    return make


def sign_in(context: BrowserContext, link: str) -> None:
    """Redeem a sign-in link without drawing a page: the cookies are the context's."""
    asked = context.request.get(link)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', asked.text())
    assert token, f"{asked.status} {asked.text()[:500]}"
    origin = link[: link.index("/", 8)]
    done = context.request.post(
        link,
        form={"csrfmiddlewaretoken": token[1]},
        headers={"Referer": link, "Origin": origin},
        max_redirects=0,
    )
    assert done.status == 302, f"{done.status} {done.text()[:500]}"


@pytest.fixture
def axe() -> Callable[..., None]:
    """`axe(page)` fails with what axe finds, in both schemes; `axe(page, "dark")` in that one."""

    def check(page: Page, *schemes: looking.Scheme) -> None:
        found = looking.axe(page, *schemes)
        assert not found, "\n".join(found)

    return check


@pytest.fixture
def narrow() -> Callable[..., None]:
    """`narrow(page)` makes the window 375 px wide and fails when the page scrolls sideways."""

    def check(page: Page, width: int = looking.NARROW) -> None:
        found = looking.sideways(page, width)
        assert not found, "\n".join(found)

    return check


@pytest.fixture
def keyboard() -> Callable[[Page], None]:
    """`keyboard(page)` fails when something cannot be reached by keyboard or does not show its focus."""

    def check(page: Page) -> None:
        found = looking.unreachable(page)
        assert not found, "\n".join(found)

    return check


@pytest.fixture
def no_scripts(page_as: PageAs) -> Callable[..., Page]:
    """`no_scripts("author")`: as `page_as`, in a browser that runs no scripts."""
    return lambda *roles, **window: page_as(*roles, scripts=False, **window)


def _keep_pictures(test: str, contexts: list[BrowserContext]) -> None:
    """Keep what the browser showed when the test failed, in build/browser."""
    folder = Path("build/browser")
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", test)[-120:]
    for context in contexts:
        for page in context.pages:
            number = next(_numbers)
            page.screenshot(path=folder / f"{name}-{number}.png", full_page=True, timeout=5000)
            (folder / f"{name}-{number}.html").write_text(f"<!-- {page.url} -->\n{page.content()}")
