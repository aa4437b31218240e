"""A message in a browser by the link in it, over a real socket: what that recipient got, in a sandbox, and nobody else's right."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from http.client import HTTPConnection, HTTPResponse
from typing import Any

import psycopg
import pytest

from penstock.content.links import NOBODY, tokens, view_token
from penstock.delivery import freeze
from penstock.platform import environment
from tests.integration.delivery import stage
from tests.integration.delivery.conftest import CatchingThread

HTML = (
    '<html><head><link rel="preconnect" href="https://spy.example"></head><body><h1>Dear {{ first_name }}</h1>'
    "<p>Your code is [[{{ code }}]].</p><script>alert(1)</script>"
    '<img src="https://pictures.example.org/a.png" alt="">'
    '<a href="{{ view_url }}">View</a> <a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ unsubscribe_url | upcase }}</body></html>'
)


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


@pytest.fixture
def conn(module_database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database, autocommit=True) as opened:
        yield opened


@pytest.fixture
def frozen(conn: psycopg.Connection[Any], port: int) -> int:
    """A mailing of three whose audience is frozen."""
    mailing = stage.begin(conn, 3, "smtp://127.0.0.1:1", HTML, unsubscribe="link")
    freeze.freeze(conn, mailing)
    return mailing


def link(mailing: int, seq: int) -> str:
    return f"/v/{view_token(tokens(mailing, seq, environment.link_key())[1]).decode()}"


def code_of(text: str) -> str:
    found = re.search(r"\[\[(\d+)\]\]", text)
    assert found
    return found[1]


def test_a_sent_message_carries_the_link_and_it_is_answered_when_all_is_over(
    port: int, conn: psycopg.Connection[Any], module_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the bytes that arrived to the page."""
    monkeypatch.setenv("PENSTOCK_DATABASE_URL", module_database)
    catcher = CatchingThread()
    try:
        mailing = stage.begin(conn, 2, catcher.url(), HTML, unsubscribe="link")
        with stage.senders():
            stage.becomes(conn, mailing, "sent")
        received = [each.data for each in catcher.catcher.messages]
    finally:
        catcher.stop()
    assert len(received) == 2
    for data in received:
        whole = message_from_bytes(data, policy=policy.default)
        html = whole.get_body(("html",)).get_content()  # type: ignore[union-attr]
        there = re.search(r"/v/[0-9a-f-]+", html)
        assert there
        answer, text = ask(port, there[0])
        assert (answer.status, code_of(text)) == (200, code_of(html))


def test_it_shows_what_each_recipient_gets(port: int, frozen: int, conn: psycopg.Connection[Any]) -> None:
    rows = conn.execute(
        "select r.seq, c.attributes ->> 'code' from delivery_recipient r join audience_contact c on c.id = r.contact where mailing = %s",
        (frozen,),
    ).fetchall()
    assert len(rows) == 3
    for seq, code in rows:
        answer, text = ask(port, link(frozen, seq))
        assert (answer.status, code_of(text)) == (200, code)
        assert f'href="{environment.base_url()}{link(frozen, seq)}"' in text


def test_it_is_isolated_and_kept_nowhere(port: int, frozen: int) -> None:
    answer, text = ask(port, link(frozen, 1))
    assert "<link" not in text
    rules = dict(
        rule.strip().partition(" ")[::2]
        for rule in (answer.getheader("Content-Security-Policy") or "").split(";")
    )
    assert "allow-scripts" not in rules["sandbox"]
    assert "allow-same-origin" not in rules["sandbox"]
    assert (rules["default-src"], rules["form-action"], rules["base-uri"]) == ("'none'", "'none'", "'none'")
    assert "script-src" not in rules
    assert answer.getheader("Cache-Control") == "no-store"
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert "noindex" in (answer.getheader("X-Robots-Tag") or "")
    assert answer.getheader("Set-Cookie") is None


def test_who_is_shown_it_cannot_unsubscribe_its_recipient(
    port: int, frozen: int, conn: psycopg.Connection[Any]
) -> None:
    _, text = ask(port, link(frozen, 1))
    private = tokens(frozen, 1, environment.link_key())[1].decode()
    assert private.rpartition("-")[2] not in text.lower()
    (there,) = re.findall(rf'href="{re.escape(environment.base_url())}(/u/[^"]+)"', text)
    assert there == f"/u/{NOBODY.decode()}"
    answer, page = ask(port, there)
    assert (answer.status, "use the link in the message that you received" in page) == (200, True)
    for token in (there, f"/u/{link(frozen, 1).removeprefix('/v/')}"):
        assert ask(port, token, "POST", Content_Type="application/x-www-form-urlencoded")[0].status == 404
    assert conn.execute("select count(*) from audience_suppression").fetchone() == (0,)
    assert ask(port, link(frozen, 1), "POST")[0].status == 403


def test_a_message_without_html_is_shown_as_text(port: int, conn: psycopg.Connection[Any]) -> None:
    mailing = stage.draft(conn, stage.add_contacts(conn, "texts", 1))
    conn.execute(
        "update content_message set html = null, text = 'Hi <{{ code }}>\n.dot\n{{ view_url }}'"
        " where id = (select message_id from mailing_mailing where id = %s)",
        (mailing,),
    )
    freeze.freeze(conn, stage.launch(conn, mailing))
    answer, text = ask(port, link(mailing, 1))
    assert answer.status == 200
    assert "Hi &lt;1&gt;\r\n.dot\r\n" in text
    assert link(mailing, 1) in text


@pytest.mark.parametrize("change", ["erased", "deleted"])
def test_what_is_not_kept_any_more_says_so(
    port: int, frozen: int, conn: psycopg.Connection[Any], change: str
) -> None:
    if change == "deleted":
        conn.execute(
            "update mailing_mailing set state = 'cancelled', deleted_at = now() where id = %s", (frozen,)
        )
    else:
        conn.execute("update delivery_recipient set contact = 999999 where mailing = %s", (frozen,))
    answer, text = ask(port, link(frozen, 1))
    assert (answer.status, "[[" in text) == (410, False)
    assert "not kept any more" in text


def test_other_links_lead_nowhere(port: int, frozen: int) -> None:
    right = link(frozen, 1)
    private = tokens(frozen, 1, environment.link_key())[1].decode()
    for path in (
        right[:-1] + ("0" if right[-1] != "0" else "1"),
        f"/v/{private}",
        "/v/x",
        "/v/" + "f" * 5000,
        link(frozen, 99),
        link(9999, 1),
    ):
        answer, text = ask(port, path)
        assert (answer.status, "leads nowhere" in text) == (404, True), path


@pytest.mark.parametrize(
    ("language", "shown", "unsubscribed"),
    [
        ("en", "opens the message that this recipient got", "unsubscribes nobody"),
        ("fr-CH, de;q=0.5", "ouvre le message qu’il a reçu", "ne désabonne personne"),
    ],
)
def test_the_links_of_previews_and_tests_say_what_they_will_do(
    port: int, frozen: int, conn: psycopg.Connection[Any], language: str, shown: str, unsubscribed: str
) -> None:
    """Whoever tests a letter follows its links: they answer, show nothing of anybody, and change nothing."""
    answer, text = ask(port, f"/v/{view_token(NOBODY).decode()}", Accept_Language=language)
    assert (answer.status, shown in text, f'lang="{language[:2]}"' in text) == (200, True, True)
    assert "Dear" not in text
    assert "@" not in text.partition("<body>")[2]
    answer, text = ask(port, f"/u/{NOBODY.decode()}", Accept_Language=language)
    assert (answer.status, unsubscribed in text, "<form" in text) == (200, True, False)
    answer, text = ask(port, f"/u/{NOBODY.decode()}", "POST", Accept_Language=language)
    assert (answer.status, unsubscribed in text) == (404, True)
    assert conn.execute("select count(*) from audience_suppression").fetchone() == (0,)


def test_links_are_tagged_and_lead_nowhere_that_counts(conn: psycopg.Connection[Any], port: int) -> None:
    html = '<a href="https://shop.example/{{ code }}">Shop</a>'
    wanted = {"track_clicks": "on", "track_opens": "on", "utm_tags": "on", "utm_campaign": "seen"}
    mailing = stage.begin(conn, 1, "smtp://127.0.0.1:1", html, unsubscribe="link", **wanted)
    freeze.freeze(conn, mailing)
    answer, text = ask(port, link(mailing, 1))
    assert answer.status == 200
    assert "https://shop.example/1?utm_source=penstock&amp;utm_medium=email&amp;utm_campaign=seen" in text
    assert "/c/" not in text
    assert "/o/" not in text
