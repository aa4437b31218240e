"""The demo: everything in one go, in a home of its own, on loopback."""

import email
import email.policy
import os
import shutil
import socket
import stat
import sys
import tempfile
import time
import webbrowser
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from penstock.cli import BEGAN
from penstock.cli.asked import Asked
from penstock.cli.crew import Crew
from penstock.cli.endings import Exit, Failure
from penstock.cli.sample import people
from penstock.cli.sample.catching import Catching
from penstock.cli.screen import tell
from penstock.cli.via import Via
from penstock.content.message import Message
from penstock.transport.smtp.server import Server

_NAME = "The sluice keeper’s letter"


def run(count: int, port: int, *, stay: bool) -> int:
    """Send the sample mailing to `count` contacts; then, with `stay`, answer on `port` until Ctrl-C."""
    home = _move_in()
    tell(f"The demo lives in {home}; nothing leaves this machine.")
    caught = home / "caught"
    shutil.rmtree(caught, ignore_errors=True)
    caught.mkdir(mode=0o700)
    listening = _listen(port) if stay else None
    if listening:
        os.environ["PENSTOCK_BASE_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with Catching(caught / "mail") as catching:
        status = _send(home, count, catching.url)
        if status:
            return status
        _point_out(caught)
        tell(f"Look again:  PENSTOCK_HOME={home} {sys.argv[0]} mailing list")
        if listening:
            _show(listening)
    return Exit.DONE


def _show(listening: socket.socket) -> None:
    """Open the control room on a board where something is going on, until Ctrl-C."""
    from penstock.cli.choosing import FIRST
    from penstock.cli.membership import welcome
    from penstock.cli.sample import scenes
    from penstock.cli.serving import answer, worker_beside
    from penstock.platform import database

    with database.connect(name="penstock demo") as conn:
        scenes.lay_out(conn, FIRST)
    host, port = listening.getsockname()[:2]
    with worker_beside(1):
        tell(f"The control room answers on {os.environ['PENSTOCK_BASE_URL']} until Ctrl-C.")
        link = welcome(host, port)
        if link and _has_browser():
            webbrowser.open(link)
        answer(listening)


def _has_browser() -> bool:
    """Whether somebody sits before this terminal and a screen on which a browser can open."""
    screen = sys.platform in ("darwin", "win32") or "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return screen and sys.stdout.isatty()


def _move_in() -> Path:
    """Make the demo's home and make it ours: no real data is touched, no given database is used."""
    given = os.environ.get("PENSTOCK_HOME")
    home = Path(given).expanduser().absolute() / "demo" if given else _passing()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["PENSTOCK_HOME"] = str(home)
    for name in ("PENSTOCK_DATABASE_URL", "PENSTOCK_BASE_URL", "PENSTOCK_SECRET_KEY"):
        os.environ.pop(name, None)
    return home


def _passing() -> Path:
    """Return the folder for temporary files that is ours by name, or a new one where somebody else has taken it.

    Its name has the schema's fingerprint: the demo of another version left a database that this one cannot read.
    """
    from penstock.platform.migrate import fingerprint

    place = Path(tempfile.gettempdir()) / f"penstock-demo-{os.getuid()}-{fingerprint()[:8]}"
    try:
        place.mkdir(mode=0o700)
    except FileExistsError:
        there = place.lstat()
        if not stat.S_ISDIR(there.st_mode) or there.st_uid != os.getuid() or there.st_mode & 0o022:
            return Path(tempfile.mkdtemp(prefix="penstock-demo-"))
    return place


def _listen(port: int) -> socket.socket:
    from penstock.cli.serving import listen

    try:
        return listen("127.0.0.1", port)
    except Failure:
        tell(f"Port {port} is taken; another one will do.")
        return listen("127.0.0.1", 0)


def _send(home: Path, count: int, url: str) -> int:
    from penstock.audience.suppression import suppress
    from penstock.cli.choosing import FIRST
    from penstock.cli.sending import carry_out
    from penstock.platform import database

    contacts = home / "contacts.csv"
    people.write(contacts, count)
    database.ready()
    with database.connect(name="penstock demo") as conn:
        suppress(conn, FIRST, people.SUPPRESSED, "unsubscribed", "the demo")
    tell(f"Started in {time.time() - BEGAN:.1f} s. {count:,} sample contacts are in {contacts}.")
    with Crew() as crew:
        crew.start_when(database.ready)
        return carry_out(_mailing(contacts, url), crew, wait=True, yes=True, json=False, warn=False)


def _mailing(contacts: Path, url: str) -> Asked:
    message = Message(
        sender="The Sluice Keeper <letter@example.org>",
        subject='Good morning, {{ first_name | default: "friend" }}',
        mjml=files("penstock.cli.sample").joinpath("message.mjml").read_text("utf-8"),
    )
    # The deferred come back after a second instead of a minute; links lead to the web face of the demo.
    options = {"retry_first_seconds": 1, "unsubscribe": "link"}
    return Asked(message, Via.of(replace(Server.from_url(url), connections=4)), _NAME, options, file=contacts)


def _point_out(caught: Path) -> None:
    """Say where to look at one of the messages that were caught."""
    box = caught / "mail" / "new"
    mails = sorted(box.iterdir()) if box.is_dir() else []
    if not mails:
        return
    message = email.message_from_bytes(mails[0].read_bytes(), policy=email.policy.default)
    source, page = caught / "sample.eml", caught / "sample.html"
    source.write_bytes(mails[0].read_bytes())
    body = message.get_body(("html",))
    if body is not None:
        page.write_text(body.get_content(), "utf-8")
    tell(f"{len(mails):,} messages were caught in {box}.")
    tell(f"One of them, as {message['To']} sees it:  {page.as_uri()}")
    tell(f"Its source:  {source}")
