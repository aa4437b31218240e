"""A Penstock as it runs for people: `penstock web`, `penstock worker`, and a server that catches, each a process on loopback."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from mailbox import Maildir
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg

from tests import commands
from tests.waiting import eventually

PENSTOCK = (sys.executable, "-m", "penstock")


class Post:
    """The server that catches. It refuses …@gone.example for good and …@later.example for now."""

    def __init__(self, folder: Path) -> None:
        self.box = folder / "mail"
        command = [sys.executable, "-m", "penstock", "catch", "mail", "--port", "0", "--maildir", str(self.box),
                   "--refuse", "*@gone.example", "--defer-matching", "*@later.example"]  # fmt: skip
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        found = re.search(r"smtp://\S+", self.process.stderr.readline())
        assert found
        self.url = found[0] + "?tls=none"
        self._read: dict[str, tuple[str, str]] = {}

    def _messages(self) -> list[tuple[str, str]]:
        """Everything caught, as (address, subject); what was read once is not read again."""
        box = Maildir(self.box, create=False)
        for key in set(box.keys()) - self._read.keys():
            self._read[key] = (str(box[key]["To"]), str(box[key]["Subject"]))
        return list(self._read.values())

    def arrived(self, subject: str) -> Counter[str]:
        """How often each address got a message with this subject."""
        return Counter(address for address, heading in self._messages() if heading == subject)

    def letters(self, address: str) -> list[bytes]:
        """Everything that one address got, as it arrived."""
        return [bytes(m) for m in Maildir(self.box, create=False) if str(m["To"]) == address]

    def bodies(self, subject: str) -> dict[str, bytes]:
        """The messages with this subject as they arrived, by address."""
        return {str(m["To"]): bytes(m) for m in Maildir(self.box, create=False) if m["Subject"] == subject}


class Site:
    """The processes. `killed` ones can be started again with `start_worker`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.post = Post(folder)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with (folder / "web.log").open("ab") as log:
            self.web = commands.begin_web(self.port, log)
        self.worker = self._start("worker")
        self.conn = psycopg.connect(os.environ["PENSTOCK_DATABASE_URL"], autocommit=True)

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen([*PENSTOCK, *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                    start_new_session=True)  # fmt: skip

    def wait_until_ready(self) -> None:
        """Until the web face answers and a sender has said that it lives."""
        eventually(self._answers, every=0.1)
        eventually(self._sends, every=0.1)

    def _sends(self) -> bool:
        assert self.worker.poll() is None, (self.folder / "worker.log").read_text()
        return self.conn.execute("select count(*) from delivery_sender").fetchone() != (0,)

    def _answers(self) -> bool:
        assert self.web.poll() is None, (self.folder / "web.log").read_text()
        try:
            return httpx.get(f"{self.url}/api/v1/mailings", timeout=5).status_code == 401
        except httpx.TransportError:
            return False

    def kill_worker(self) -> None:
        """SIGKILL to the worker and everything it started: no word of farewell from any."""
        kill(self.worker)

    def start_worker(self) -> None:
        """Another worker, as a supervisor would start it."""
        self.worker = self._start("worker")

    def penstock(self, *arguments: str, status: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a command of the command line to its end."""
        ran = commands.run(*arguments, timeout=60)
        assert "Traceback" not in ran.stderr, ran.stderr
        assert status is None or ran.returncode == status, (
            f"{arguments}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        )
        return ran

    def stop(self) -> None:
        """End everything in order; nothing may have failed meanwhile."""
        self.conn.close()
        for process in (self.worker, self.web):
            if process.poll() is None:
                process.terminate()
        ends = [process.wait(30) for process in (self.worker, self.web)]
        self.post.process.send_signal(signal.SIGINT)
        self.post.process.communicate(timeout=10)
        said = "".join((self.folder / f"{name}.log").read_text() for name in ("web", "worker"))
        assert "Traceback" not in said, said[:4000]
        assert ends == [0, 0], said[-4000:]


def kill(process: subprocess.Popen[Any] | commands.Forked) -> None:
    """End a process and all that it started, which have sessions of their own."""
    with suppress(psutil.NoSuchProcess):
        tree = psutil.Process(process.pid)
        for each in (tree, *tree.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                each.kill()
    process.wait()


def free_port() -> int:
    """A port that nobody has at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    """A site on the database that PENSTOCK_DATABASE_URL names; ended with the block."""
    site = Site(folder)
    try:
        site.wait_until_ready()
        yield site
        site.stop()
    finally:
        for process in (site.worker, site.web, site.post.process):
            if process.poll() is None:
                kill(process)
