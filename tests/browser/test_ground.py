"""The ground of the browser tests: what it promises its tests."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from penstock.delivery.check import check
from penstock.mailing.states import State
from tests.acceptance.procedures.site import eventually
from tests.browser import looking
from tests.browser.desk import Desk
from tests.browser.ground import Ground
from tests.browser.watching import Watch

PageAs = Callable[..., Page]


def test_a_mailing_in_every_state_adds_up(desk: Desk) -> None:
    made = desk.all_states()
    assert made.keys() == {state.value for state in State}
    assert [fault for mailing in made.values() for fault in check(desk.conn, mailing)] == []


def test_somebody_is_signed_in_and_each_desk_is_an_account_of_its_own(
    page_as: PageAs, desk: Desk, ground: Ground
) -> None:
    page = page_as("author")
    expect(page.locator("body")).to_contain_text(desk.name)
    other = Desk(ground.conn, ground.way_out)
    expect(page_as("author", of=other).locator("body")).to_contain_text(other.name)


def test_without_scripts_none_runs(context_of: Callable[..., BrowserContext]) -> None:
    page = context_of(scripts=False).new_page()
    page.set_content("<title>still</title><script>document.title = 'ran'</script>")
    expect(page).to_have_title("still")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("<script>nowhere()</script>", "nowhere is not defined"),
        ("<img src='http://elsewhere.example/a.png' alt=''>", "asks another host: http://elsewhere.example/a.png"),
        ("<script>console.error('so it goes')</script>", "so it goes"),
        ("<meta http-equiv=Content-Security-Policy content=\"script-src 'none'\"><script>1</script>", "Content Security Policy directive 'script-src"),
    ],
)  # fmt: skip
def test_what_goes_wrong_unseen_is_noticed(
    context_of: Callable[..., BrowserContext], watch: Watch, content: str, complaint: str
) -> None:
    page = context_of().new_page()
    page.set_content(f"<title>x</title>{content}", wait_until="load")
    eventually(lambda: page.title() and any(complaint in each for each in watch.complaints), 10)
    watch.found.clear()


def test_looking_finds_what_is_wrong(context_of: Callable[..., BrowserContext]) -> None:
    page = context_of().new_page()
    page.set_content(
        "<html lang=en><title>x</title><main><h1>Hello</h1><style>:focus {outline: none} p {color: #aaa; width: 50em}"
        "@media (prefers-color-scheme: dark) {body {background: #111} h1 {color: #333}}</style>"
        "<p>pale</p><button>Go</button><img src='data:,'></main>"
    )
    found = "\n".join(looking.axe(page))
    assert "image-alt" in found
    assert "(light): color-contrast" in found
    assert (
        "(dark): color-contrast: Elements must meet minimum color contrast ratio thresholds\n    at h1"
        in found
    )
    assert any("“Go” does not show that it has the focus" in each for each in looking.unreachable(page))
    assert "p reaches" in "\n".join(looking.sideways(page))


@pytest.mark.usefixtures("senders")
def test_with_senders_a_mailing_moves(desk: Desk, ground: Ground) -> None:
    mailing = desk.release(desk.draft("Moving", count=3))
    eventually(lambda: desk.state(mailing) == "sent", 30)
    assert ground.post
    assert sum(ground.post.arrived("Moving").values()) == 3
