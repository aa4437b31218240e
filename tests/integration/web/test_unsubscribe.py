"""The unsubscribe link over a real socket: asks on GET, acts on POST, tells strangers nothing."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psycopg
import pytest

from penstock.content.links import tokens
from penstock.platform.environment import link_key
from tests import commands
from tests.waiting import answers

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `web` writes what it has to say."""
    return tmp_path_factory.mktemp("web") / "log"


@pytest.fixture(scope="module")
def web(module_database: str, log: Path) -> Iterator[int]:
    """`penstock web` on a free port, with one mailing of two recipients behind it."""
    with psycopg.connect(module_database, autocommit=True) as conn:
        conn.execute(
            "insert into content_message (account_id, sender, subject, headers) values (1, 'a@example.org', 's', '{}')"
        )
        conn.execute("insert into account_transport (account_id, name, created_at) values (1, 't', now())")
        conn.execute("insert into audience_list (account_id, name) values (1, 'l')")
        conn.execute(
            "insert into mailing_mailing (id, account_id, name, channel, state, version, revision, message_id, transport_id,"
            " audience, options, authors, created_at, suppressed_to)"
            " values (7, 1, 'n', 'email', 'draft', 1, 1, 1, 1, '{}', '{}', '[]', now(), 0)"
        )  # fmt: skip
        conn.execute(
            "insert into delivery_recipient (mailing, seq, contact, package, normal)"
            " values (7, 1, 1, 1, 'anna@example.org'), (7, 2, 2, 1, 'bo@example.org'), (7, 3, 3, 1, 'cy@example.org')"
        )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with log.open("wb") as out:
        process = commands.begin_web(port, out, PENSTOCK_DATABASE_URL=module_database)
    try:
        answers(process, port)
        yield port
    finally:
        process.terminate()
        assert process.wait(15) == 0


def ask(port: int, method: str, path: str, body: str | bytes | None = None, **headers: str) -> HTTPResponse:
    """Send one request; the answer, its body read into `text`."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, (FORM if isinstance(body, str) else {}) | sent)
    answer = connection.getresponse()
    answer.text = answer.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return answer


def suppressions(database: str) -> list[tuple[str, str, str]]:
    with psycopg.connect(database) as conn:
        return conn.execute("select normal, reason, origin from audience_suppression order by id").fetchall()


def link(seq: int, mailing: int = 7) -> str:
    return f"/u/{tokens(mailing, seq, link_key())[1].decode()}"


def test_looking_at_the_link_changes_nothing_and_the_button_does(web: int, module_database: str) -> None:
    page = ask(web, "GET", link(1))
    assert page.status == 200
    assert 'value="One-Click"' in page.text
    assert "<script" not in page.text
    assert ask(web, "HEAD", link(1)).status == 200
    assert ask(web, "OPTIONS", link(1)).getheader("Allow") == "GET, POST, HEAD, OPTIONS"
    assert suppressions(module_database) == []

    done = ask(web, "POST", link(1), ONE_CLICK)
    assert done.status == 200
    assert "unsubscribed" in done.text
    assert suppressions(module_database) == [("anna@example.org", "unsubscribed", "mailing 7")]
    assert ask(web, "POST", link(1), ONE_CLICK).status == 200
    assert len(suppressions(module_database)) == 1


def test_one_click_may_come_as_multipart(web: int, module_database: str) -> None:
    """RFC 8058 §3.2 lets the receiver choose between the two kinds of form."""
    body = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    sent = ask(web, "POST", link(2), body.encode(), Content_Type="multipart/form-data; boundary=x")
    assert sent.status == 200
    assert ("bo@example.org", "unsubscribed", "mailing 7") in suppressions(module_database)


def test_a_post_that_says_nothing_is_not_understood(web: int) -> None:
    assert ask(web, "POST", link(1), "").status == 400


def test_what_is_no_form_of_ours_gets_our_page_and_no_traceback(web: int, log: Path) -> None:
    many = ask(web, "POST", link(1), "&".join(f"f{n}=1" for n in range(5000)))
    odd = ask(web, "POST", link(1), b"x", Content_Type="multipart/form-data")
    files = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="%d"\r\n\r\n\r\n' % n for n in range(200)
    )
    more = ask(web, "POST", link(1), files + b"--x--\r\n", Content_Type="multipart/form-data; boundary=x")
    for answer in (many, odd, more):
        assert answer.status == 400
        assert "Please use the button" in answer.text
    assert "Traceback" not in log.read_text()


@pytest.mark.parametrize(
    "path",
    [
        "/u/7-1-000000000000000000000000",
        "/u/" + "f" * 5000,
        "/u/%00%ff",
        "/u/7-1",
        "/u/",
        link(99),  # rightly signed, but nobody: a mailing that is gone
        "/admin",
    ],
)
def test_a_link_that_is_none_leads_nowhere_without_details(web: int, module_database: str, path: str) -> None:
    before = suppressions(module_database)
    for answer in (ask(web, "POST", path, ONE_CLICK), ask(web, "GET", path)):
        assert answer.status == 404
        assert "mailing" not in answer.text.lower()
        assert "Traceback" not in answer.text
    assert suppressions(module_database) == before


def test_the_public_half_of_a_token_does_not_unsubscribe(web: int, module_database: str) -> None:
    public = tokens(7, 1, link_key())[0].decode()
    assert ask(web, "POST", f"/u/{public}", ONE_CLICK).status == 404


@pytest.mark.parametrize("path", ["/", link(1), "/nothing"])
def test_pages_run_nothing_load_nothing_and_keep_nothing(web: int, path: str) -> None:
    answer = ask(web, "GET", path)
    assert "default-src 'none'" in (answer.getheader("Content-Security-Policy") or "")
    assert answer.getheader("Set-Cookie") is None
    assert answer.getheader("Cache-Control") == "no-store"
    assert "noindex" in (answer.getheader("X-Robots-Tag") or "")
    assert answer.getheader("X-Frame-Options") == "DENY"
    assert answer.getheader("Server") is None


def test_pages_speak_the_readers_language(web: int) -> None:
    assert "Se désabonner" in ask(web, "GET", link(3), Accept_Language="fr-CA,fr;q=0.9,en;q=0.5").text
    assert "Unsubscribe?" in ask(web, "GET", link(3), Accept_Language="xx").text
    assert "Se désabonner" in ask(web, "GET", link(3) + "?language=fr", Accept_Language="en").text


def test_a_large_body_is_refused_before_it_is_stored(web: int) -> None:
    answer = ask(web, "POST", link(1), b"x" * 200_000, Content_Type="application/x-www-form-urlencoded")
    assert answer.status == 413


def test_health_is_told_under_any_name(web: int) -> None:
    assert ask(web, "GET", "/healthz", Host="10.0.0.7").status == 200
    assert ask(web, "GET", "/readyz", Host="10.0.0.7").status == 200
    assert ask(web, "GET", "/", Host="evil.example").status == 400
