"""Pictures of the control room for the README and these pages: a furnished account, shown by the system's Chromium.

usage: python -m docs.screenshots [--all] [--only board]

Takes the telling pages into docs/images; with `--all` every picture of them, 1440 and 375 px wide, light and dark, into
build/screenshots, to be looked at. Needs chromium-headless-shell or chromium, and what the tests need (`make test` installs it).
"""

import argparse
import io
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import psycopg
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from penstock.delivery import estimating
from penstock.feedback.orders import taking
from penstock.feedback.orders.taking import Order
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM
from penstock.platform import database
from penstock.report import tally
from tests import homes, needs, postgres
from tests.browser import crowd
from tests.browser.conftest import sign_in
from tests.browser.desk import Desk, tomorrow
from tests.browser.ground import Ground, laid
from tests.browser.scene import catch, furnish

HERE = Path(__file__).parent
KEPT, EVERYTHING = HERE / "images", HERE.parent / "build" / "screenshots"
WIDTHS = {"wide": (1440, 900), "narrow": (375, 812)}
COLOURS = 96
"""In one picture: a page has few, and the file is a third as large."""
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Shot:
    """A page to be taken: its name, its address with the names of the scene in it, and which of its pictures the docs keep."""

    name: str
    path: str
    kept: tuple[tuple[str, Scheme], ...] = ()
    whole: bool = False
    press: str = ""


SHOTS = (
    Shot("sign-in", "/sign-in"),
    Shot("board", "/board", (("wide", "light"), ("wide", "dark"), ("narrow", "light"))),
    Shot("mailings", "/mailings"),
    Shot("mailing", "/mailings/{giant}", (("wide", "light"), ("wide", "dark"), ("narrow", "dark"))),
    Shot("recipients", "/mailings/{giant}/recipients"),
    Shot("report", "/mailings/{giant}/report", (("wide", "light"),), whole=True),
    Shot("compare", "/reports/compare?mailing={giant}&mailing={sent}&mailing={cancelled}"),
    Shot("reports", "/reports/mailings"),
    Shot("orders", "/reports/orders"),
    Shot("journal", "/mailings/{giant}/journal"),
    Shot("approvals", "/approvals"),
    Shot("approve", "/approvals/{in_review}", (("wide", "light"), ("narrow", "light"))),
    Shot("analysis", "/mailings/{in_review}/analysis"),
    Shot("new-mailing", "/mailings/new"),
    Shot("editor", "/mailings/{draft}/edit", (("wide", "light"),)),
    Shot("editor-sms", "/mailings/{short}/edit", (("wide", "light"), ("narrow", "dark"))),
    Shot("editor-audience", "/mailings/{draft}/edit?step=audience"),
    Shot("editor-check", "/mailings/{draft}/edit?step=check"),
    Shot("editor-send", "/mailings/{draft}/edit?step=send", (("wide", "light"),)),
    Shot("cancel", "/mailings/{giant}/cancel"),
    Shot("audience", "/audience", (("wide", "light"),)),
    Shot("import", "/audience/imports/{import}"),
    Shot("suppressions", "/audience/suppressions"),
    Shot("bounces", "/audience/bounces"),
    Shot("story", "/audience/contacts/{reader}/story", (("wide", "light"),)),
    Shot("way-back", "/settings/mailboxes"),
    Shot("strays", "/settings/strays"),
    Shot("templates", "/content"),
    Shot("settings", "/settings"),
    Shot("policies", "/settings/policies"),
    Shot("domain", "/settings/domains/{domain}", (("wide", "light"),)),
    Shot("transport", "/settings/transports/{transport}"),
    Shot("webhook", "/settings/webhooks/{webhook}"),
    Shot("people", "/settings/people"),
    Shot("notices", "/notices"),
    Shot("platform", "/platform"),
    Shot("switches", "/switches"),
    Shot("me", "/me"),
    Shot("second-factor", "/me/second"),
    Shot("caught", "/caught"),
)


def showcase(ground: Ground, folder: Path) -> tuple[dict[str, Any], str]:
    """An account as one that works: names people would give, a mailing of thousands on its way.

    Returns the numbers that addresses name, and a link that signs its administrator in.
    """
    desk = Desk(ground.conn, ground.way_out, name="Orchard & Sons", zone="Europe/Paris", undo_seconds=0)
    email = desk.person(name="Anna Lind", platform=True, zone="Europe/Paris")
    ground.conn.execute("update account_person set password = %s where email = %s", ("argon2$none", email))
    desk.actor = Actor("Björn Lind", EVERY_ROLE | {PLATFORM}, "web")
    scene = furnish(desk, folder)
    names = {
        "sent": "September letter", "in_review": "Harvest fair: invitation", "scheduled": "Advent calendar, door 1",
        "queued": "Recipe of the month", "paused": "Members: yearly report", "interrupted": "Cider tasting, reminder",
        "draft": "Winter newsletter", "parked": "Gift vouchers", "finishing": "Opening hours in winter", "cancelled": "Old price list",
        "rejected": "Flash sale", "expired": "Summer raffle", "starting": "Late apples", "sending": "Delivery notes",
        "cancelling": "Wrong greeting", "in_moderation": "Welcome, new members",
    }  # fmt: skip
    for state, name in names.items():
        ground.conn.execute(
            "update mailing_mailing set name = %s where id = %s", (name, scene.mailings[state])
        )
    listed = crowd.contacts_of(ground.conn, scene, 24_960)
    giant = crowd.giant(scene, listed, name="Autumn newsletter", package_size=300)
    desk.mailing("scheduled", "Advent calendar, door 2", plan=tomorrow(50))
    desk.mailing("queued", "Pruning course")
    for number, digest in ground.conn.execute(
        "select id, digest from mailing_mailing where digest is not null"
    ).fetchall():
        estimating.estimate(ground.conn, number, digest)
    _answer(ground.conn, desk.account, giant)
    tally.count(ground.conn, giant)
    short = desk.short(
        "Open late tonight", count=40,
        text="Hi {{ first_name }}, we’re open until 10 tonight – cider is half price for members. https://orchard.example/late STOP 36180",
    )  # fmt: skip
    reader = ground.conn.execute(
        "select contact from delivery_recipient where mailing = %s and seq = 6", (giant,)
    ).fetchone()
    numbers = {
        **scene.mailings, "giant": giant, "short": short, "reader": reader and reader[0], "import": scene.things["imports"][0], "domain": scene.things["domains"][0],
        "transport": scene.things["transports"][0], "webhook": scene.things["webhooks"][0],
    }  # fmt: skip
    return numbers, desk.sign_in_link(email, ground.url)


_LINKS = (
    "https://orchard.example/autumn",
    "https://orchard.example/shop/cider",
    "https://orchard.example/fair",
)
_DID = """
select feedback_note(array_agg(mailing), array_agg(seq), array_agg(%(kind)s::text), array_agg(%(link)s::integer),
                     array_agg(least(now(), at + make_interval(mins => 1 + seq %% 97))))
  from delivery_outcome where mailing = %(mailing)s and state = 5 and seq %% %(one_in)s = 0
"""


def _answer(conn: psycopg.Connection[Any], account: int, mailing: int) -> None:
    """Readers open it, follow its links, and two of them order."""
    conn.cursor().executemany(
        "insert into delivery_link (mailing, no, url) values (%s, %s, %s)",
        [(mailing, no, url) for no, url in enumerate(_LINKS, 1)],
    )
    for kind, link, one_in in (
        ("opened", None, 3), ("prefetched", None, 11), ("clicked", 1, 12), ("clicked", 2, 30), ("clicked", 3, 54),
        ("unsubscribed", None, 701),
    ):  # fmt: skip
        conn.execute(_DID, {"mailing": mailing, "kind": kind, "link": link, "one_in": one_in})
    buyers = conn.execute(
        "select contact from delivery_recipient where mailing = %s and seq in (12, 24)", (mailing,)
    ).fetchall()
    orders = [
        Order(key=f"2026-{1040 + number}", contact=contact, amount=Decimal("38.50") * number, currency="EUR")
        for number, (contact,) in enumerate(buyers, 1)
    ]
    taking.take(conn, account, orders)


def taken(page: Page, shot: Shot, numbers: dict[str, Any], width: str, scheme: Scheme) -> bytes:
    """Show the page so wide in this scheme; return the picture as a small PNG."""
    size = WIDTHS[width]
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    answer = page.goto(shot.path.format(**numbers), wait_until="load")
    if answer is None or answer.status != 200:
        print(f"  {shot.name}: {answer and answer.status} at {shot.path.format(**numbers)}", file=sys.stderr)
    page.wait_for_function(
        "() => document.fonts.status === 'loaded' && [...document.images].every(i => i.complete)"
    )
    return small(page.screenshot(full_page=shot.whole or width == "narrow"))


def small(png: bytes) -> bytes:
    """The picture with few colours, as small as a PNG can be."""
    with Image.open(io.BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Page, Page, dict[str, Any]]]:
    """A page for who is signed in, one for a stranger, and the numbers of the showcase."""
    program = needs.found("chromium-headless-shell") or needs.found("chromium")
    if program is None:
        raise SystemExit("There is no Chromium here: apt install chromium-headless-shell")
    with postgres.home() as home:
        homes.copy(homes.migrated(), home)
        server = database.url()
        postgres.make_template(server)
        with laid(server, "screenshots", folder) as ground, sync_playwright() as driver:
            ground.wait_until_ready()
            numbers, link = showcase(ground, folder)
            catch(home / "caught" / "mail")
            browser: Browser = driver.chromium.launch(executable_path=program)
            window = {"base_url": ground.url, "locale": "en-GB", "timezone_id": "Europe/Paris"}
            inside, outside = browser.new_context(**window), browser.new_context(**window)
            sign_in(inside, link)
            yield inside.new_page(), outside.new_page(), numbers
            browser.close()


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="all widths and schemes, into build/screenshots")
    parser.add_argument("--only", default="", help="the shots whose name begins so")
    given = parser.parse_args()
    folder = EVERYTHING if given.all else KEPT
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, opened(Path(place)) as (inside, outside, numbers):
        for shot in SHOTS:
            if not shot.name.startswith(given.only):
                continue
            wanted = (
                [(width, scheme) for width in WIDTHS for scheme in ("light", "dark")]
                if given.all
                else shot.kept
            )
            for width, scheme in wanted:
                page = outside if shot.name == "sign-in" else inside
                data = taken(page, shot, numbers, width, scheme)  # type: ignore[arg-type]
                (folder / f"{shot.name}-{width}-{scheme}.png").write_bytes(data)
                print(f"  {shot.name}-{width}-{scheme}.png: {len(data) / 1024:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
