"""Signing in by a link, over a real socket: once, soon, by nobody else, and nothing of it in any log."""

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path

import psycopg
import pytest

from penstock.account import links, people
from penstock.mailing import journal
from penstock.mailing.actor import EVERY_ROLE, Actor
from penstock.mailing.lifecycle import PLATFORM

OWNER = Actor("root", EVERY_ROLE | {PLATFORM}, "cli")
ANNA = "anna@example.org"


class Browser:
    """Keeps cookies and sends forms as a browser does."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, SimpleCookie()
        self.status, self.text, self.location = 0, "", ""
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str | None = None, **headers: str) -> "Browser":
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        self.status, self.text = answer.status, answer.read().decode()
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.location = self.headers.get("location", "")
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies.load(value)
        connection.close()
        return self

    def open(self, path: str) -> "Browser":
        return self.ask("GET", path)

    def press(self, path: str) -> "Browser":
        """Send the form of the page that is open."""
        fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)">', self.text)
        action = re.search(r'<form method="post" action="([^"]+)">', self.text)
        origin = f"http://127.0.0.1:{self.port}"
        return self.ask(
            "POST", action[1] if action else path, "&".join(f"{n}={v}" for n, v in fields), Origin=origin
        )

    def leave(self) -> "Browser":
        """Sign out, by the token that the page bears."""
        token = self.cookies["csrftoken"].value
        origin = f"http://127.0.0.1:{self.port}"
        return self.ask("POST", "/sign-out", f"csrfmiddlewaretoken={token}", Origin=origin)


@pytest.fixture(scope="module")
def db(module_database: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(module_database, autocommit=True) as conn:
        people.create(conn, email=ANNA, account=1, actor=OWNER)
        yield conn


@pytest.fixture
def path(db: psycopg.Connection) -> str:
    """The path of a fresh link for Anna."""
    url = links.make(db, ANNA, OWNER).url
    return url[url.index("/sign-in/") :]


@pytest.fixture
def browser(port: int) -> Browser:
    return Browser(port)


def test_a_link_signs_in_by_its_button_and_out_again(browser: Browser, path: str) -> None:
    browser.open(path)
    assert (browser.status, ANNA in browser.text) == (200, False)
    browser.press(path)
    assert (browser.status, browser.location) == (302, "/")
    assert "HttpOnly" in browser.cookies["sessionid"].OutputString()
    assert ANNA in browser.open("/me").text
    assert browser.leave().location == "/sign-in"
    assert browser.open("/me").location == "/sign-in?next=/me"


def test_looking_at_a_link_does_not_use_it_up(browser: Browser, path: str) -> None:
    for _ in range(3):
        assert browser.open(path).status == 200
    assert browser.ask("HEAD", path).status == 200
    assert browser.open(path).press(path).status == 302


def test_a_link_works_once(browser: Browser, port: int, path: str) -> None:
    second = Browser(port).open(path)
    assert browser.open(path).press(path).status == 302
    assert second.press(path).status == 404
    assert Browser(port).open(path).status == 404


def test_a_link_is_over_after_a_quarter_of_an_hour(
    browser: Browser, db: psycopg.Connection, path: str
) -> None:
    row = db.execute("select expires_at - made_at = interval '15 minutes' from account_link").fetchone()
    assert row == (True,)
    browser.open(path)
    db.execute("update account_link set expires_at = now()")
    assert browser.press(path).status == 404
    assert db.execute("select count(*) from account_link").fetchone() == (0,)


def test_a_new_link_voids_the_one_before(browser: Browser, db: psycopg.Connection, path: str) -> None:
    links.make(db, ANNA, OWNER)
    assert browser.open(path).status == 404


@pytest.mark.parametrize("secret", ["x", "A" * 43, "%00" * 10, "A" * 5000, "%F0%9F%92%A9" * 11])
def test_a_forged_link_leads_nowhere(
    browser: Browser, db: psycopg.Connection, path: str, secret: str
) -> None:
    assert browser.open(f"/sign-in/{secret}").status == 404
    browser.open(path)  # for its token against forgery
    browser.ask("POST", f"/sign-in/{secret}", "csrfmiddlewaretoken=" + browser.cookies["csrftoken"].value)
    assert browser.status == 404


def test_a_strangers_page_cannot_sign_anybody_in(browser: Browser, db: psycopg.Connection, path: str) -> None:
    token = browser.open(path).cookies["csrftoken"].value
    body = f"csrfmiddlewaretoken={token}"
    assert browser.ask("POST", path, body, Origin="https://evil.example").status == 403
    assert browser.ask("POST", path, body, Origin="null").status == 403
    assert browser.ask("POST", path, "").status == 403
    assert Browser(browser.port).ask("POST", path, body).status == 403
    assert browser.open(path).press(path).status == 302, "a refused form uses nothing up"


def test_the_session_before_is_not_taken_over(browser: Browser, db: psycopg.Connection, path: str) -> None:
    browser.open(path)
    browser.cookies["sessionid"] = "a" * 32
    browser.press(path)
    assert browser.cookies["sessionid"].value != "a" * 32


def test_a_reset_ends_every_session(browser: Browser, db: psycopg.Connection, path: str) -> None:
    browser.open(path).press(path)
    assert ANNA in browser.open("/me").text
    links.reset(db, ANNA, OWNER)
    assert ANNA not in browser.open("/me").text


def test_who_is_locked_out_is_out_at_once(browser: Browser, db: psycopg.Connection, path: str) -> None:
    browser.open(path).press(path)
    people.set_active(db, email=ANNA, active=False, actor=OWNER)
    try:
        assert ANNA not in browser.open("/me").text
        with pytest.raises(people.PersonError, match="may not come in"):
            links.make(db, ANNA, OWNER)
    finally:
        people.set_active(db, email=ANNA, active=True, actor=OWNER)


def test_signing_out_takes_a_form(browser: Browser, path: str) -> None:
    browser.open(path).press(path)
    assert browser.open("/sign-out").status == 405
    assert browser.ask("POST", "/sign-out", "").status == 403
    assert ANNA in browser.open("/me").text


def test_the_page_is_strict_and_kept_by_nobody(browser: Browser, path: str) -> None:
    headers = browser.open(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"  # the address with the secret is told to no other site
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert browser.open("/sign-in/x").headers["referrer-policy"] == "no-referrer"


def test_nothing_secret_is_kept_or_logged(
    browser: Browser, db: psycopg.Connection, path: str, weblog: Path
) -> None:
    secret = path.rpartition("/")[2]
    tables = [
        row[0] for row in db.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    ]
    browser.open(path).press(path)
    for table in tables:
        row = db.execute(f"select count(*) from {table} t where t::text like %s", (f"%{secret}%",)).fetchone()
        assert row == (0,), table
    assert secret not in weblog.read_text()
    rows = db.execute("select actor, door, data from mailing_entry where command = 'sign_in'").fetchall()
    assert (ANNA, "web", {"person": ANNA, "by": ["link"]}) in rows
    assert journal.verify(db) == []
