"""A Penstock for browsers: a database of its own, `penstock web` on it, and where mailings are to move, senders and a server that catches."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tests import commands, postgres
from tests.acceptance.procedures.site import PENSTOCK, Post, eventually, free_port, kill

NOWHERE = "smtp://127.0.0.1:1"
"""Where mailings go that nobody sends."""


class Ground:
    """The processes on one database. `post` is there only where senders run."""

    def __init__(self, database: str, folder: Path, *, senders: bool) -> None:
        self.database, self.folder = database, folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.conn: psycopg.Connection[Any] = psycopg.connect(database, autocommit=True)
        self.post = Post(folder) if senders else None
        self._warm = False
        environment = {
            "PENSTOCK_DATABASE_URL": database, "PENSTOCK_BASE_URL": self.url,
            "PENSTOCK_DEVELOPER": "1",  # with the style guide, which is looked at like any page
        }  # fmt: skip
        with (folder / "web.log").open("ab") as log:
            self.processes = [commands.begin_web(self.port, log, **environment)]
        if senders:
            self.processes.append(self._start_worker(environment))

    @property
    def way_out(self) -> str:
        """The address of the server that mailings go to."""
        return self.post.url if self.post else NOWHERE

    def _start_worker(self, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / "worker.log").open("ab") as log:
            return subprocess.Popen(
                [*PENSTOCK, "worker"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, env=os.environ | environment,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Until the web face answers, and a sender has said that it lives."""
        eventually(self._answers, 30, every=0.02)
        if not self._warm:  # the first page takes seconds on a busy machine: everything is imported for it
            httpx.get(f"{self.url}/sign-in", timeout=120)
            self._warm = True
        if self.post:
            eventually(lambda: self.conn.execute("select from delivery_sender").fetchone() is not None, 30)

    def _answers(self) -> bool:
        assert self.processes[0].poll() is None, self.said()
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/healthz", timeout=5).status_code == 200
        return False

    def said(self) -> str:
        """Everything that the processes have written."""
        return "".join(log.read_text() for log in sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        """End everything; what was stopped is no test's subject, so it is not waited for long."""
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                kill(process)
        if self.post:
            kill(self.post.process)
        self.conn.close()


@contextmanager
def laid(server: str, name: str, folder: Path, *, senders: bool = False) -> Iterator[Ground]:
    """Lay a ground on a fresh database `name` of the PostgreSQL at `server`. Its processes start; `wait_until_ready` waits for them.

    The environment stays as it is: other tests run in the same process.
    """
    with postgres.apart(server, name) as database:
        ground = Ground(database, folder, senders=senders)
        try:
            yield ground
        finally:
            ground.stop()
