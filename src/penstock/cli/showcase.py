"""The demo: everything in one go, in a home of its own, on loopback."""

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
from penstock.cli.sample import people, telephones
from penstock.cli.sample.catching import Post, Telephones
from penstock.cli.sample.pointing import point_out, point_out_short
from penstock.cli.screen import tell
from penstock.cli.via import Via
from penstock.content.accepting import SMS
from penstock.content.message import Message
from penstock.transport.catching import Beside
from penstock.transport.smtp.server import Server

_NAME = "The sluice keeper’s letter"
_PORTS = "ports"  # of its servers, a file in its home
_SHORT = "The lock is open until 10"


def run(count: int, port: int, *, stay: bool) -> int:
    """Send the sample letter to `count` contacts, and a short message to those who have a telephone.

    Then, with `stay`, answer on `port` until Ctrl-C.
    """
    home = _move_in()
    tell(f"The demo lives in {home}; nothing leaves this machine.")
    caught = home / "caught"
    shutil.rmtree(caught, ignore_errors=True)
    caught.mkdir(mode=0o700)
    listening = _listen(port) if stay else None
    if listening:
        os.environ["PENSTOCK_BASE_URL"] = f"http://127.0.0.1:{listening.getsockname()[1]}"
    # One loop serves both, so that the two do not meet in the Maildir.
    ports = _ports(home)
    post, centre = Post(caught / "mail", ports[0]), Telephones(caught / "mail", ports[1])
    with Beside(post, centre):
        (home / _PORTS).write_text(f"{post.port} {centre.port}\n")
        contacts = home / "contacts.csv"
        having = people.write(contacts, count)
        status = _send(contacts, count, post.url)
        if status:
            return status
        point_out(caught)
        if having:
            status = _send_short(centre.url)
            if status:
                return status
            point_out_short(centre)
        again = f"PENSTOCK_HOME={home} {sys.argv[0]}"
        tell(f"Look again:  {again} mailing list")
        tell(f"Who answered by SMS:  {again} sms inbox")
        if listening:
            _show(listening)
    return Exit.DONE


def _ports(home: Path) -> tuple[int, int]:
    """Return the ports of the demo before, if there was one: what it left under way goes on. 0: any that is free."""
    try:
        post, centre = map(int, (home / _PORTS).read_text().split())
    except (OSError, ValueError):
        return 0, 0
    return (post, centre) if min(post, centre) >= 0 and max(post, centre) < 65536 else (0, 0)


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


def _send(contacts: Path, count: int, url: str) -> int:
    from penstock.audience.suppression import suppress
    from penstock.cli.choosing import FIRST
    from penstock.cli.sending import carry_out
    from penstock.platform import database

    database.ready()
    with database.connect(name="penstock demo") as conn:
        suppress(conn, FIRST, people.SUPPRESSED, "unsubscribed", "the demo")
    tell(f"Started in {time.time() - BEGAN:.1f} s. {count:,} sample contacts are in {contacts}.")
    with Crew() as crew:
        crew.start_when(database.ready)
        return carry_out(_mailing(contacts, url), crew, wait=True, yes=True, json=False, warn=False)


def _send_short(url: str) -> int:
    """Send the short message to the list that the letter went to; what a telephone answers is done by then."""
    from penstock.audience import lists
    from penstock.cli.choosing import FIRST
    from penstock.cli.sending import carry_out
    from penstock.feedback.short import noting
    from penstock.mailing import mailings
    from penstock.platform import database

    with database.connect(name="penstock demo") as conn:
        [letter] = mailings.listed(conn, FIRST, limit=1)
        [listed] = lists.some(conn, FIRST, [letter.audience["list"]])
    tell("And now by SMS, to those of them who have a telephone.")
    message = Message(sender=telephones.SENDER, subject="", text=telephones.TEXT, channel=SMS)
    # One bind: the answer of a telephone is kept before the receipts that end the mailing.
    way = Via.read(f"{url}?connections=1&window=20")
    asked = Asked(message, way, _SHORT, {}, list_name=listed.name)
    with Crew() as crew:
        crew.start_when(database.ready)
        status = carry_out(asked, crew, wait=True, yes=True, json=False, warn=False)
    with database.connect(name="penstock demo") as conn:
        while noting.note(conn):
            pass
    return status


def _mailing(contacts: Path, url: str) -> Asked:
    message = Message(
        sender="The Sluice Keeper <letter@example.org>",
        subject='Good morning, {{ first_name | default: "friend" }}',
        mjml=files("penstock.cli.sample").joinpath("message.mjml").read_text("utf-8"),
    )
    # The deferred come back after a second instead of a minute; links lead to the web face of the demo.
    options = {"retry_first_seconds": 1, "unsubscribe": "link"}
    return Asked(
        message,
        Via.of(replace(Server.from_url(f"{url}?tls=none"), connections=4)),
        _NAME,
        options,
        file=contacts,
    )
