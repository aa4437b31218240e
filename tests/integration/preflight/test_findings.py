"""What the analysis says of the message beside its recipients: likeness, sender, links tried, spam; each seen from the outside."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest

from penstock.account import transports
from penstock.content.message import Message
from penstock.content.messages import store_message
from penstock.delivery import freeze
from penstock.mailing import mailings
from penstock.mailing.mailings import find
from penstock.platform import jobs
from penstock.preflight import analysis
from penstock.preflight.analyst import reaching
from tests.integration.delivery.stage import ANNA, add_contacts, command, draft, policy

Conn = psycopg.Connection[Any]


def analysed(conn: Conn, mailing: int, **options: bool) -> analysis.Analysis:
    there = find(conn, 1, mailing)
    assert there
    analysis.ask(conn, there, ANNA, **options)
    asyncio.run(jobs.work(wait=False))
    found = analysis.require(conn, mailing)
    assert found.state == "done"
    return found


def of(found: analysis.Analysis, code: str) -> list[analysis.Found]:
    return [each for each in found.findings if each.code == code]


def test_links_that_are_not_tracked_are_told(conn: Conn) -> None:
    html = """{% assign there = code | prepend: 'x' %}{% if code %}<a href="https://shop.example/{{ there }}">a</a>{% endif %}
        <a href="https://shop.example/{{ code }}">b</a>"""
    mailing = draft(conn, add_contacts(conn, "tracked", 3), html=html, track_clicks="on")
    [found] = [each for each in of(analysed(conn, mailing), "message_warning") if "tracked" in each.text]
    assert (found.severity, found.place) == ("note", "html, line 1")
    assert "https://shop.example/{{ there }} is not tracked" in found.text


def test_nearly_the_same_message_to_some_of_the_same_people(conn: Conn) -> None:
    body = (
        "<p>This week in the valley: {}. Come and see what the mill has made of it, all of you who can.</p>"
    )
    first = draft(
        conn, add_contacts(conn, "some", 20), html=body.format("the river rises and the fish are back")
    )
    command(conn, first, "submit", plan={"kind": "now"}, confirm=True)
    command(conn, first, "approve", without_analysis=True)
    freeze.freeze(conn, first)
    again = draft(
        conn,
        add_contacts(conn, "more", 30, first=11),
        html=body.format("the river rises and the fish are back!"),
    )
    [found] = of(analysed(conn, again), "near_duplicate")
    assert (found.severity, found.count) == ("warning", 10)
    assert f"mailing {first}" in found.text
    conn.execute(
        "update mailing_mailing set audience = audience || jsonb_build_object('not_reached_by', array[%s]) where id = %s",
        (first, again),
    )
    assert of(analysed(conn, again), "near_duplicate") == []
    other = draft(
        conn,
        add_contacts(conn, "more", 30, first=11),
        html="<p>Something else altogether, with none of its words.</p>",
    )
    assert of(analysed(conn, other), "near_duplicate") == []


def test_a_message_that_does_not_compile_is_a_blocker(conn: Conn) -> None:
    listed = add_contacts(conn, "all", 3)
    message = Message(sender="News <news@example.org>", subject="News", html="<p>\n{% if %}x{% endif %}</p>")
    mailing = mailings.create(
        conn, 1, name="broken", message=store_message(conn, 1, message), audience={"list": listed},
        transport=transports.store(conn, 1, "smtp://127.0.0.1:1"),
    )  # fmt: skip
    found = analysed(conn, mailing)
    [blocker] = of(found, "message_invalid")
    assert (blocker.severity, blocker.place) == ("blocker", "html, line 2")


@pytest.mark.parametrize(
    ("sender", "code"),
    [("News <news@gmail.com>", "sender_freemail"), ("News <news@penstock.io>", "sender_unverified")],
)
def test_a_sender_that_receivers_will_not_believe(conn: Conn, sender: str, code: str) -> None:
    policy(conn, sender_domain="warn")
    mailing = _from(conn, sender, "smtp://mail.penstock.io")
    [found] = of(analysed(conn, mailing), code)
    assert (found.severity, found.place) == ("warning", "from")
    local = _from(conn, sender, "smtp://127.0.0.1:1")
    assert of(analysed(conn, local), code) == []


def _from(conn: Conn, sender: str, via: str) -> int:
    message = Message(sender=sender, subject="News", html="<p>x</p>")
    return mailings.create(
        conn, 1, name="to see", message=store_message(conn, 1, message), audience={"list": add_contacts(conn, "all", 2)},
        transport=transports.store(conn, 1, via),
    )  # fmt: skip


# -- links ---------------------------------------------------------------------


class _Pages(BaseHTTPRequestHandler):
    """/200, /404, /403, /get (no HEAD), /to/N (redirects), /loop."""

    asked: list[str] = []

    def _answer(self) -> None:
        self.asked.append(f"{self.command} {self.path}")
        if self.path == "/loop" or self.path.startswith("/to"):
            self.send_response(302)
            self.send_header("Location", "/loop" if self.path == "/loop" else "/200")
        elif self.path == "/get":
            self.send_response(405 if self.command == "HEAD" else 200)
        else:
            self.send_response(int(self.path[1:4]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET = _answer

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def pages() -> Iterator[str]:
    """The address of a web server on this machine."""
    _Pages.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_links_are_tried_by_head_and_get_and_redirects_followed(pages: str) -> None:
    paths = ["/200", "/404", "/403", "/get", "/to", "/loop", "/500"]
    tried = asyncio.run(reaching.try_all([pages + path for path in paths], private=True))
    assert [each.status for each in tried] == [200, 404, 403, 200, 200, None, 500]
    assert "redirects more than" in tried[5].why
    assert {"HEAD /get", "GET /get"} <= set(_Pages.asked)
    assert "GET /200" not in _Pages.asked


def test_nothing_in_a_private_network_is_ever_asked(conn: Conn, pages: str) -> None:
    port = pages.rpartition(":")[2]
    links = [
        pages,
        f"http://localhost:{port}",
        f"http://[::1]:{port}",
        f"http://0x7f000001:{port}",
        f"http://2130706433:{port}",
    ]
    html = "".join(f'<a href="{link}/200">x</a>' for link in links)
    found = analysed(conn, draft(conn, add_contacts(conn, "all", 2), html=html), links=True)
    tried = [each for each in of(found, "link_private") if "private network" in each.text]
    assert len(tried) == len(links)
    assert _Pages.asked == []


def test_without_being_asked_no_link_is_tried(conn: Conn, pages: str) -> None:
    found = analysed(conn, draft(conn, add_contacts(conn, "all", 2), html=f'<a href="{pages}/404">x</a>'))
    assert [each.text for each in of(found, "link_private")] == [
        f"'{pages}/404' leads to 127.0.0.1, which only machines near yours can open"
    ]
    assert _Pages.asked == []


def test_a_link_that_answers_nobody_is_told() -> None:
    tried = asyncio.run(
        reaching.try_all(["http://127.0.0.1:1/", "http://no-such-name.invalid/"], private=True)
    )
    assert [each.status for each in tried] == [None, None]
    found = [reaching._finding(each, "html") for each in tried]
    assert [each.code for each in found if each] == ["link_unreachable", "link_unreachable"]
