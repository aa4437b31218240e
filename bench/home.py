"""A Penstock of the measurement's own: a new home with its embedded database, gone at the end."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg

PENSTOCK = [sys.executable, "-m", "penstock"]


class Failed(Exception):
    """A command of ours ended with another status than expected; says which, and its last words."""


class Home:
    """A new PENSTOCK_HOME, for this process and those it starts. Leaving it ends the server and removes the files.

    `inside` is put before each command, so that it runs elsewhere (`ip netns exec NAME`); the home is made in
    `place`, else where temporary files are.
    """

    def __init__(self, inside: list[str] | None = None, place: Path | None = None) -> None:
        self.inside, self.place = inside or [], place
        self.started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self.path = Path(tempfile.mkdtemp(prefix="penstock-bench-", dir=self.place))
        self.before = {name: value for name, value in os.environ.items() if name.startswith("PENSTOCK_")}
        for name in self.before:
            del os.environ[name]
        os.environ["PENSTOCK_HOME"] = str(self.path)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # commands start as they do for a user: from bytecode
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.started:
            end_tree(process)
        for pid_file in self.path.rglob("postmaster.pid"):
            end_server(int(pid_file.read_text().split()[0]))
        del os.environ["PENSTOCK_HOME"]
        os.environ.update(self.before)
        shutil.rmtree(self.path, ignore_errors=True)

    def run(
        self, *arguments: str, expect: int | None = 0, timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of penstock to its end; raises Failed for another status than `expect` (None: any will do)."""
        ran = subprocess.run(
            [*self.inside, *PENSTOCK, *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if expect is not None and ran.returncode != expect:
            command = "penstock " + " ".join(arguments)
            raise Failed(f"{command}: status {ran.returncode}\n{ran.stdout[-2000:]}{ran.stderr[-4000:]}")
        return ran

    def json(self, *arguments: str, expect: int | None = 0, timeout: float = 900) -> dict[str, Any]:
        """Run a command with --json and return its document."""
        return json.loads(self.run(*arguments, "--json", expect=expect, timeout=timeout).stdout)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command in a session of its own (its process group is its pid); ended with the home at the latest."""
        log = (self.path / "started.log").open("ab")
        process = subprocess.Popen(
            [*self.inside, *PENSTOCK, *arguments],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def connect(self) -> psycopg.Connection[Any]:
        """Connect to the migrated database of this home."""
        from penstock.platform import database

        database.ready()
        return database.connect(name="penstock bench")

    def postmaster(self) -> psutil.Process:
        """The server process of this home's database."""
        return psutil.Process(int(next(self.path.rglob("postmaster.pid")).read_text().split()[0]))


def end_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill a process started by `start` and all that descend from it, wherever their sessions; not the database."""
    try:
        root = psutil.Process(process.pid)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    for member in family:
        try:
            if Path(member.exe()).name != "postgres":
                member.kill()
        except psutil.Error:
            pass
    process.wait()


def end_server(pid: int) -> None:
    """End a postmaster at once: its data is thrown away."""
    try:
        postmaster = psutil.Process(pid)
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(10)
    except psutil.Error:
        pass  # gone already
