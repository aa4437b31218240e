"""The command line as people use it: a process, a database, and a server that catches."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from mailbox import Maildir
from pathlib import Path
from typing import Any

import psycopg
import pytest

from penstock.transport.catcher import Catcher, Faults
from penstock.transport.catching import Beside
from tests import commands
from tests.commands import Ran
from tests.waiting import eventually

PENSTOCK = (sys.executable, "-m", "penstock")


class Mails:
    """A catcher in a thread: `url`, and how often each address got a message (`counts`)."""

    def __init__(self, folder: Path, refuse: str = "", defer_matching: str = "") -> None:
        self.box = folder / "mail"
        faults = Faults({refuse: "550 5.1.1 No such user"}, {defer_matching: "450 4.2.0 Try again later"})
        catcher = Catcher(faults=faults, keep=0, maildir=self.box)
        self._beside = Beside(catcher)
        self._beside.__enter__()
        self.url = f"{catcher.url}?tls=none"

    @property
    def counts(self) -> Counter[str]:
        return Counter(message["To"] for message in Maildir(self.box, create=False))

    def one(self, address: str) -> Any:
        return next(message for message in Maildir(self.box, create=False) if message["To"] == address)

    def stop(self) -> None:
        self._beside.__exit__(None, None, None)


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Callable[..., Mails]]:
    """`catcher(refuse="gone@*")` starts one."""
    started: list[Mails] = []

    def start(**faults: str) -> Mails:
        started.append(Mails(tmp_path / f"catcher{len(started)}", **faults))
        return started[-1]

    (tmp_path / "catcher0").mkdir()
    yield start
    for each in started:
        each.stop()


@pytest.fixture
def cli(database: str, tmp_path: Path) -> Callable[..., Ran]:
    """`cli("mailing", "list")` runs a command to its end on this test's database."""

    def run(*arguments: str, status: int | None = 0, **more: str) -> Ran:
        ran = commands.run(*arguments, env=os.environ | more, cwd=tmp_path)
        assert "Traceback" not in ran.stderr, ran.stderr
        assert status is None or ran.returncode == status, (
            f"{arguments}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        )
        return ran

    return run


@pytest.fixture
def people(tmp_path: Path) -> Callable[..., Path]:
    """`people(100)` writes a CSV with so many contacts and the body of a message beside it."""

    def write(count: int, *lines: str) -> Path:
        (tmp_path / "body.html").write_text("<p>Dear {{ first_name }}</p>")
        file = tmp_path / "people.csv"
        rows = [f"reader{n}@example.net,Ann {n}" for n in range(count)]
        file.write_text("\n".join(["Email,First name", *rows, *lines]) + "\n")
        return file

    return write


def sending(file: Path, url: str, *more: str) -> list[str]:
    """The arguments of a usual `penstock send`."""
    return ["send", "--to", str(file), "--from", "News <news@example.org>", "--subject", "Hi {{ first_name }}",
            "--html", str(file.with_name("body.html")), "--via", url, "--yes", *more]  # fmt: skip


def begin(*arguments: str, cwd: Path) -> subprocess.Popen[str]:
    """Start a command that goes on by itself."""
    return subprocess.Popen(
        [*PENSTOCK, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=cwd,
    )


def until(conn: psycopg.Connection, question: str, seconds: float = 60) -> Any:
    """Ask the database until the answer is true; return it."""
    return eventually(lambda: (conn.execute(question.encode()).fetchone() or [None])[0], seconds)


def states(cli: Callable[..., Ran], mailing: int = 1) -> dict[str, str]:
    """Everybody in the ledger, with their state."""
    rows = json.loads(cli("mailing", "ledger", str(mailing), "--json").stdout)
    assert len({row["address"] for row in rows}) == len(rows)
    return {row["address"]: row["state"] for row in rows}
