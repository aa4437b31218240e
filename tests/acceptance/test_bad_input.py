"""Bad input ends in one clear message and an intact state: nothing sent, nothing broken, the next command works."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bench import sample
from bench.arrivals import Arrivals, sink
from bench.home import Home
from bench.smtpsink import free_port
from tests.acceptance.smtpserver import certificate, server
from tests.homes import Prepared

FAILED, REFUSED = 1, 2
PEOPLE = "Email,First name,Last name,City,Code\nanna@example.net,Anna,Keller,Bern,1\nbo@example.net,Bo,Li,Basel,2\n"


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    with Prepared() as made:
        (made.path / "body.html").write_text("<p>Dear {{ first_name }}</p>", encoding="utf-8")
        made.connect().close()  # so that the database runs from here on, whichever command ends
        yield made


def send(home: Home, to: str, via: str, *more: str, html: str | None = None) -> CompletedProcess[str]:
    body = home.path / ("body.html" if html is None else "other.html")
    if html is not None:
        body.write_text(html, encoding="utf-8")
    return home.run(
        "send", "--to", to, "--from", sample.SENDER, "--subject", "Hello", "--html", str(body), "--via", via, "--yes", *more,
        expect=None, timeout=120,
    )  # fmt: skip


def clear(ran: CompletedProcess[str], status: int, *words: str) -> None:
    """One message, not a page; with the words that say what was wrong; under the right status."""
    said = ran.stderr + ran.stdout
    assert "Traceback" not in said
    assert ran.returncode == status, said
    lowered = said.lower()
    missing = [word for word in words if word.lower() not in lowered]
    assert not missing, f"{missing} not in: {said}"
    lines = [line for line in ran.stderr.splitlines() if line.strip()]
    assert 1 <= len(lines) <= 8, ran.stderr


def intact(home: Home, addresses: int | None = None) -> None:
    """The installation is healthy, and the next command does its work."""
    home.run("doctor")
    counted = home.run("contacts", "count")
    if addresses is not None:
        assert str(addresses) in counted.stdout.replace(",", "").replace(" ", "")


UNREADABLE: dict[str, tuple[bytes | None, tuple[str, ...]]] = {
    "missing": (None, ("missing.csv",)),
    "binary": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 64, ("binary.csv",)),
    "addressless": (b"Name,City\nAnna,Bern\n", ("address", "name", "city")),
    "headonly": (b"Email,Name\n", ("headonly.csv",)),
    "empty": (b"", ("empty.csv",)),
}


@pytest.mark.parametrize("kind", UNREADABLE)
@pytest.mark.parametrize("command", ["import", "send"])
def test_a_file_that_holds_no_contacts_is_refused(home: Home, kind: str, command: str) -> None:
    content, words = UNREADABLE[kind]
    path = home.path / f"{kind}.csv"
    if content is not None:
        path.write_bytes(content)
    if command == "import":
        ran = home.run("contacts", "import", str(path), expect=None)
    else:
        ran = send(home, str(path), f"smtp://127.0.0.1:{free_port()}")
    clear(ran, REFUSED, *words)
    intact(home, addresses=0)


def test_a_folder_instead_of_a_file_is_refused(home: Home) -> None:
    clear(home.run("contacts", "import", str(home.path), expect=None), REFUSED, home.path.name)
    intact(home, addresses=0)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(home: Home) -> None:
    path = home.path / "private.csv"
    path.write_text(PEOPLE)
    path.chmod(0)
    clear(home.run("contacts", "import", str(path), expect=None), REFUSED, "private.csv")
    intact(home, addresses=0)


@pytest.mark.timeout(180)
def test_one_contact_that_the_template_cannot_be_made_for_is_told_before_anything_is_sent() -> None:
    """The 20,000th contact's data divides by zero: refused, then skipped with its reason where that is wanted."""
    bad, count = 20_000, 20_010
    with Prepared() as home, sink(home.path / "sink.log") as (port, _):
        people = home.path / "people.csv"
        with people.open("w") as file:
            file.write("email,share\n")
            file.writelines(f"{sample.address(n)},{0 if n == bad else n}\n" for n in range(1, count + 1))
        via, html = f"smtp://127.0.0.1:{port}", "<p>[[{{ 1000000 | divided_by: share }}]]</p>"
        refused = send(home, str(people), via, html=html)
        clear(
            refused, REFUSED, "1 of 20,010", sample.address(bad), "divide by 0", "share='0'", "--skip-failing"
        )
        assert not [line for line in Arrivals(home.path / "sink.log").new() if line.kind == "A"]
        assert home.run("mailing", "list", "--json").stdout.strip() == "[]"
        intact(home, addresses=count)

        ran = send(home, str(people), via, "--json", "--skip-failing", html=html)
        assert ran.returncode == 0, ran.stderr
        assert "Traceback" not in ran.stderr
        received = {line.recipient for line in Arrivals(home.path / "sink.log").new() if line.kind == "A"}
        assert received == {sample.address(n) for n in range(1, count + 1) if n != bad}
        told = home.run("mailing", "ledger", "1", "--state", "skipped").stdout
        assert sample.address(bad) in told
        assert "share" in told
        assert "divide by 0" in told
        assert json.loads(ran.stdout)["skipped"] == {"template_error": 1}
        assert told.count("reader") == 1
        intact(home)


@contextmanager
def people(home: Home) -> Iterator[str]:
    path = home.path / "people.csv"
    path.write_text(PEOPLE)
    yield str(path)


@pytest.mark.timeout(120)
def test_a_refused_connection_is_said_with_its_address() -> None:
    port = free_port()
    with Prepared() as home, people(home) as contacts:
        (home.path / "body.html").write_text("<p>Dear {{ first_name }}</p>")
        clear(send(home, contacts, f"smtp://127.0.0.1:{port}"), FAILED, f"127.0.0.1:{port}", "refused")
        intact(home)
        with sink(home.path / "sink.log") as (working, _):
            assert send(home, contacts, f"smtp://127.0.0.1:{working}").returncode == 0
            assert len([line for line in Arrivals(home.path / "sink.log").new() if line.kind == "A"]) == 2


@pytest.mark.timeout(120)
def test_a_certificate_for_another_name_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with Prepared() as home, people(home) as contacts, server(pem) as (port, received):
        (home.path / "body.html").write_text("<p>Dear {{ first_name }}</p>")
        ran = send(home, contacts, f"smtp://127.0.0.1:{port}?tls=starttls")
        clear(ran, FAILED, f"127.0.0.1:{port}", "certificate")
        assert received.messages == 0
        intact(home)


@pytest.mark.timeout(120)
def test_a_wrong_password_is_said_and_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pem = certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with Prepared() as home, people(home) as contacts, server(pem) as (port, received):
        (home.path / "body.html").write_text("<p>Dear {{ first_name }}</p>")
        ran = send(home, contacts, f"smtp://anna:wr0ng-pass@127.0.0.1:{port}?tls=starttls")
        clear(ran, FAILED, f"127.0.0.1:{port}", "535")
        assert "wr0ng-pass" not in ran.stderr + ran.stdout
        assert received.messages == 0
        intact(home)


@pytest.fixture
def small_disk(tmp_path: Path, needs: Callable[[str, str], str]) -> Iterator[Path]:
    """A file system of 300 MB, in memory."""
    if os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(
        [needs("mount", "mount"), "-t", "tmpfs", "-o", "size=300M,mode=755", "none", str(place)], check=True
    )
    try:
        yield place
    finally:
        subprocess.run([needs("umount", "mount"), "--lazy", str(place)], check=True)


@pytest.mark.timeout(180)
def test_a_full_disk_is_said_and_nothing_is_lost(small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Home(place=small_disk) as home:
        first, more = home.path / "first.csv", Path(f"{small_disk}-more.csv")
        home.run("contacts", "import", str(sample.contacts(first, 100)), "--list", "first")
        left = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        filler = home.path / "filler"
        filler.write_bytes(bytes(left - 12_000_000))
        ran = home.run("contacts", "import", str(sample.contacts(more, 300_000)), expect=None)
        clear(ran, FAILED, "disk", "full")
        filler.unlink()
        intact(home, addresses=100)
        home.run("contacts", "import", str(sample.contacts(more, 1_000)))
        intact(home, addresses=1_000)


LOOPS = "{% for a in (1..1000) %}{% for b in (1..1000) %}{{ a }}{{ b }}{% endfor %}{% endfor %}"
"""A million runs: each loop is allowed, both together never end."""

MESSAGES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "broken MJML": (
        "m.mjml",
        "<mjml>\n<mj-body>\n<mj-section>\n<mj-text>Hi</mj-section>\n</mj-body>\n</mjml>",
        ("mjml, line 4", "</mj-section> closes <mj-text> of line 4"),
    ),
    "an unknown MJML element": (
        "m.mjml",
        "<mjml><mj-body>\n<mj-section><mj-column><mj-blink>Hi</mj-blink></mj-column></mj-section></mj-body></mjml>",
        ("mjml, line 2", "mj-blink"),
    ),
    "a template that loops for ever": (
        "m.html",
        f"<p>\n{LOOPS}</p>",
        ("html, line 2", "loop iteration limit"),
    ),
    "a loop of a design": (
        "m.json",
        json.dumps({"blocks": [{"type": "heading", "text": "Hi"}, {"type": "heading", "text": LOOPS}]}),
        ("design/blocks/1/text, line 1", "loop iteration limit"),
    ),
    "a body of 30 MB": ("m.html", "x" * 30_000_000, ("30,000,0", "1,000,000")),
    "an unsafe design": (
        "m.json",
        json.dumps({"blocks": [{"type": "text", "html": "<p>a</p>\n<script>alert(1)</script>"}]}),
        ("design/blocks/0/html, line 2", "<script>"),
    ),
}


@pytest.mark.parametrize("kind", MESSAGES)
def test_a_message_that_cannot_be_is_refused_on_the_command_line(home: Home, kind: str) -> None:
    name, content, words = MESSAGES[kind]
    people = home.path / "two.csv"
    people.write_text(PEOPLE)
    body = home.path / name
    body.write_text(content, encoding="utf-8")
    given = ("--from", sample.SENDER, "--subject", "Hello", "--html", str(body))
    via = f"smtp://127.0.0.1:{free_port()}"
    clear(
        home.run("send", "--to", str(people), *given, "--via", via, "--yes", expect=None, timeout=120),
        REFUSED,
        *words,
    )
    intact(home, addresses=0)
