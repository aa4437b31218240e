"""Messages that cannot be, through the command line and over HTTP: refused with the place and the cure, soon, and nothing is broken."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.arrivals import Arrivals, sink
from bench.home import Home
from bench.smtpsink import free_port
from tests.acceptance.test_bad_input import PEOPLE, REFUSED, clear, intact, send
from tests.homes import Prepared
from tests.integration.delivery.stage import eventually

BODY = 30_000_000  # bytes
SOON = 60  # seconds, on a busy machine; without limits each of these would take hours, or the memory
_FOR_EVER = "{% for i in (1..1000000000) %}x{% endfor %}"
_GROWING = "{% assign a = 'ha' %}" + "{% assign a = a | append: a %}" * 60 + "{{ a }}"

BAD: dict[str, tuple[str, tuple[str, ...]]] = {
    "unclosed.mjml": ("<mjml>\n<mj-body>\n<mj-section>\n</mj-body>\n</mjml>", ("mjml, line 4", "<mj-section> of line 3")),
    "unknown.mjml": ("<mjml><mj-body>\n<mj-nothing/></mj-body></mjml>", ("mjml, line 2", "mj-nothing", "not known")),
    "another.mjml": ("<p>Dear {{ first_name }}</p>", ("<mjml>", "mj-body")),
    "including.mjml": ('<mjml><mj-body>\n<mj-include path="/etc/passwd"/></mj-body></mjml>', ("mj-include",)),
    "for ever.html": (f"<p>\n{_FOR_EVER}</p>", ("html, line 2", "loop", "10,000")),
    "in each other.html": ("{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}", ("html, line 1", "loop")),
    "for ever.mjml": (f"<mjml><mj-body>\n<mj-section><mj-column><mj-text>{_FOR_EVER}</mj-text></mj-column></mj-section></mj-body></mjml>", ("loop", "10,000")),
    "growing.html": (_GROWING, ("html, line 1", "limit")),
    "deep.html": ("{% if code %}" * 900 + "{% endif %}" * 900, ("liquid tags", "1,000")),
    "unclosed.html": ("<p>\n\n{% if city %}Dear</p>", ("html, line 3", "'if' is not closed")),
    "30 MB.html": ("<p>" + "x" * BODY + "</p>", ("30,000,0", "bytes", "1,000,000")),
    "30 MB.mjml": ("<mjml><mj-body>" + "x" * BODY + "</mj-body></mjml>", ("bytes", "1,000,000")),
}  # fmt: skip


ADDRESSED: dict[str, Any] = {"audience": {"list": 1}, "transport": 1}


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with Prepared() as made:
        (made.path / "people.csv").write_text(PEOPLE)
        made.connect().close()  # so that the database runs from here on, whichever command ends
        yield made


@pytest.fixture(scope="module")
def web(home: Home) -> httpx.Client:
    """`penstock web`, asked by somebody who may do everything."""
    secret = home.json("token", "create", "--name", "tests", "--scope", "administrator")["token"]
    port = free_port()
    home.start("web", "--port", str(port))
    asking = httpx.Client(
        base_url=f"http://127.0.0.1:{port}/api/v1", headers={"Authorization": f"Bearer {secret}"}, timeout=60
    )

    def answers() -> bool:
        try:
            return asking.get("/mailings").status_code == 200
        except httpx.TransportError:
            return False

    eventually(answers, 60, every=0.1)
    assert asking.post("/lists", json={"name": "readers"}).json()["id"] == ADDRESSED["audience"]["list"]
    way = asking.post("/transports", json={"name": "nowhere", "url": "smtp://127.0.0.1:9?tls=none"})
    assert way.json()["id"] == ADDRESSED["transport"]
    contact = {
        "address": "anna@example.net",
        "attributes": {"first_name": "Anna", "city": "Bern", "code": "1"},
        "lists": [1],
    }
    assert asking.post("/contacts", json=contact).status_code == 201
    return asking


def made(home: Home, name: str) -> tuple[Path, str, tuple[str, ...]]:
    content, words = BAD[name]
    path = home.path / name
    path.write_text(content)
    return path, content, words


TYPED = ("unclosed.mjml", "for ever.html", "growing.html", "unclosed.html", "30 MB.html", "30 MB.mjml")


@pytest.mark.parametrize("name", TYPED)
def test_the_command_line_refuses_it(home: Home, name: str) -> None:
    path, _, words = made(home, name)
    began = time.monotonic()
    ran = home.run(
        "send", "--to", str(home.path / "people.csv"), "--from", "News <news@example.org>", "--subject", "Hello",
        "--html", str(path), "--via", f"smtp://127.0.0.1:{free_port()}", "--yes", expect=None, timeout=100,
    )  # fmt: skip
    assert time.monotonic() - began < SOON
    clear(ran, REFUSED, *words)


def test_nothing_is_left_of_what_was_refused(home: Home) -> None:
    assert home.run("mailing", "list", "--json").stdout.strip() == "[]"
    intact(home)


@pytest.mark.parametrize("name", BAD)
def test_the_api_refuses_it(home: Home, web: httpx.Client, name: str) -> None:
    """As a mailing's message and as a template: what is too large at once, the rest at once or when it is submitted."""
    _, content, words = made(home, name)
    message = {"sender": "News <news@example.org>", "subject": "Hello", Path(name).suffix[1:]: content}
    began = time.monotonic()
    for path in ("/mailings", "/templates"):
        given = {"name": f"{name} {path}", "message": message}
        answer = web.post(path, json=given | (ADDRESSED if path == "/mailings" else {}))
        if answer.status_code == 201 and path == "/mailings":
            answer = web.post(
                f"/mailings/{answer.json()['id']}/submit", json={"plan": {"kind": "now"}, "confirm": True}
            )
        elif answer.status_code == 201:
            continue  # a template may wait for what is missing; a mailing may not
        problem = answer.json()
        assert answer.status_code in (409, 413, 422), problem
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert problem["code"]
        if answer.status_code == 413:
            assert len(content) > BODY
        else:
            said = json.dumps(problem, ensure_ascii=False).lower().replace("\\", "")
            assert not [word for word in words if word.lower() not in said], problem
    assert time.monotonic() - began < SOON
    assert web.get("/mailings").status_code == 200
    for mailing in web.get("/mailings").json()["items"]:
        assert web.delete(f"/mailings/{mailing['id']}").status_code == 200


def test_a_body_of_30_MB_is_refused_at_every_door_that_takes_one(web: httpx.Client) -> None:
    """413 with a problem that can be read, whatever the length of the way in; and the same connection serves the next request."""
    body = json.dumps({"name": "x" * BODY}).encode()
    for method, path in (
        ("POST", "/mailings"),
        ("PATCH", "/mailings/1"),
        ("POST", "/templates"),
        ("POST", "/contacts"),
        ("POST", "/domains"),
    ):
        answer = web.request(method, path, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413, (path, answer.text[:500])
        assert answer.json()["status"] == 413
        assert answer.json()["detail"]
    assert web.get("/mailings").status_code == 200


def parts(received: Path) -> set[str]:
    return {line.recipient for line in Arrivals(received).new() if line.kind == "A"}


@pytest.mark.timeout(180)
def test_a_loop_that_one_contact_keeps_running_is_that_contacts_alone() -> None:
    """As many runs as somebody's data says: everybody else gets it, and whoever would need a milliard is named."""
    with Prepared() as home, sink(home.path / "sink.log") as (port, _):
        people = home.path / "people.csv"
        people.write_text(PEOPLE.replace("Basel,2", "Basel,1000000000"))
        (home.path / "body.html").write_text("x")
        html = "<p>{% for i in (1..code) %}[{{ i }}]{% endfor %}</p>"
        began = time.monotonic()
        refused = send(home, str(people), f"smtp://127.0.0.1:{port}", html=html)
        clear(refused, REFUSED, "1 of 2", "bo@example.net", "loop", "--skip-failing")
        assert not parts(home.path / "sink.log")
        ran = send(home, str(people), f"smtp://127.0.0.1:{port}", "--json", "--skip-failing", html=html)
        assert ran.returncode == 0, ran.stderr
        assert time.monotonic() - began < 2 * SOON
        summary: dict[str, Any] = json.loads(ran.stdout)
        assert summary["skipped"] == {"template_error": 1}
        assert parts(home.path / "sink.log") == {"anna@example.net"}
        intact(home, addresses=2)
