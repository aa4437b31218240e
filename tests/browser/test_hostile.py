"""Harmful data in every text that pages show: nothing of it runs, nothing breaks, nothing is taken for a template.

Names, messages, attributes, files, reasons, replies of servers, answers of name servers: see hostile.py, which holds the list of all
text columns. The texts are put into the database itself, so that no door's refusal hides a page that would show them unescaped.
"""

from collections.abc import Callable, Iterator

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import hostile, looking
from tests.browser.conftest import sign_in
from tests.browser.desk import Desk
from tests.browser.ground import Ground, laid
from tests.browser.scene import furnish
from tests.browser.survey import Found, There, rooms, survey
from tests.browser.watching import Watch

PARTS = 2
"""Tests that the pages are dealt out to."""
_TOUCH = """() => { for (const e of document.querySelectorAll("body *")) for (const name of ["mouseover", "mouseenter", "focus", "error", "load"])
  if (e.tagName !== "LINK" && e.tagName !== "SCRIPT") e.dispatchEvent(new Event(name)); }"""
_RUNNING = """() => [...document.querySelectorAll("*")].flatMap(e => [...e.attributes].filter(a =>
  a.name.startsWith("on") || (["href", "src", "action", "formaction", "data", "xlink:href"].includes(a.name) && /^\\s*(javascript|data:text|vbscript)/i.test(a.value))
  || a.name === "srcdoc" && !e.hasAttribute("sandbox")).map(a => `<${e.tagName.toLowerCase()} ${a.name}="${a.value.slice(0, 80)}">`))"""


@pytest.fixture(scope="module")
def spoilt(server: str, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    """An account in which everything is spoilt, on a ground of its own: also what all accounts share."""
    with laid(server, "browser_hostile", tmp_path_factory.mktemp("hostile")) as ground:
        ground.wait_until_ready()
        desk = Desk(ground.conn, ground.way_out)
        context = chromium.new_context()
        sign_in(context, desk.sign_in_link(desk.person(name="Anna Lind", platform=True), ground.url))
        there = There(ground, furnish(desk, tmp_path_factory.mktemp("scene")), context.cookies())
        context.close()
        there.scene.things["caught"] = ["none"]
        hostile.spoil(desk)
        yield there


@pytest.fixture(scope="module")
def surveyed(spoilt: There) -> Found:
    """The pages there are."""
    return survey(spoilt)


@pytest.fixture
def ground(spoilt: There) -> Ground:
    """The pages of these tests come from the spoilt ground."""
    return spoilt.ground


@pytest.fixture
def page(spoilt: There, context_of: Callable[..., BrowserContext]) -> Page:
    """A page for who may see everything, with the trap in every frame of it."""
    context = context_of(width=looking.NARROW)
    context.add_init_script(hostile.TRAP)
    context.add_cookies(spoilt.cookies)
    return context.new_page()


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_runs_on_any_page(surveyed: Found, page: Page, part: int) -> None:
    """What ran, or was only refused by the CSP, is a complaint of the watch."""
    told: list[str] = []
    for path in surveyed.one_of_each[part::PARTS]:
        page.goto(path, wait_until="load")
        page.evaluate(_TOUCH)
        told += [f"{path}: {each}" for each in page.evaluate(_RUNNING)]
        if hostile.EVALUATED in page.content():
            told.append(f"{path} has evaluated {hostile.SUM}")
        told += looking.sideways(page)[:3]
        if not page.locator("main h1").count():
            told.append(f"{path} has lost its heading")
    assert not told, "\n".join(told)


def test_no_page_fails_of_them(surveyed: Found) -> None:
    """Every address answers."""
    assert not surveyed.wrong, "\n".join(surveyed.wrong)
    assert len(surveyed.pages) > 3


def test_names_without_a_place_to_break_do_not_push_pages_wide(
    spoilt: There, surveyed: Found, page: Page
) -> None:
    hostile.spoil(spoilt.scene.desk, wide=True)
    told: list[str] = []
    for path in surveyed.one_of_each:
        page.goto(path, wait_until="load")
        told += looking.sideways(page)[:3]
    assert not told, "\n".join(told)


@pytest.mark.parametrize(
    "value",
    ["%00", "a%00b", "%ff%fe", "%ed%a0%80", "%F0%9F%92%A9" * 300, "'\"><script>x</script>", "-1", "9" * 40],
)
def test_questions_in_the_address_are_answered(spoilt: There, value: str) -> None:
    """Searches, cursors and filters of every list get what no form would send: an answer, never an error of ours."""
    names = (
        "q",
        "search",
        "name",
        "state",
        "tag",
        "after",
        "before",
        "cursor",
        "page",
        "list",
        "reason",
        "domain",
        "contact",
        "at",
        "zone",
    )
    query = "&".join(f"{name}={value}" for name in names)
    with httpx.Client(base_url=spoilt.ground.url, cookies=spoilt.jar, timeout=20) as client:
        for address in rooms():
            if address.name.startswith("room:") and not address.kinds:
                with client.stream("GET", f"/{address.route}?{query}") as answer:
                    assert answer.status_code < 500, (
                        f"{answer.status_code} at {address.name} for ?{query[:60]}"
                    )
                    if answer.headers.get("content-type", "").startswith("text/html"):
                        assert "<script>x</script>" not in answer.read().decode()


def test_every_text_is_thought_of(spoilt: There) -> None:
    """A new text column stands in one of the lists of hostile.py: as something that people write, or as a word of ours."""
    assert sorted(hostile.unclassed(spoilt.scene.desk)) == []


def test_the_trap_snaps(page: Page, watch: Watch) -> None:
    """The proof of the proof: what sets the global is told."""
    page.set_content("<h1>x</h1><img src='data:,' onerror='__ran=1'>")
    expect(page.locator("h1")).to_be_visible()
    page.evaluate("() => { window.__ran = 'by hand'; }")
    assert any("IT RAN" in each for each in watch.found)
    watch.found.clear()
