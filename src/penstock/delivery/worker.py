"""The worker: keeps senders, and a process for background jobs, running; one that dies is started again."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import time
from typing import Final

from penstock.platform import database, leash

log = logging.getLogger(__name__)

SENDER: Final = "penstock.delivery.sender"
JOBS: Final = "penstock.platform.background"
GRACE: Final = 15.0
"""Seconds that a process has to end in order after SIGTERM: a sender waits for the answers to what is on the wire."""
HASTY: Final = 5.0
"""A process that lives shorter than this many seconds is started again after a rest that grows to 30 s."""


class Child:
    """One process that is kept running, and ends with us in whichever way we end."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._module = module
        self._arguments = arguments
        self._deaths = 0
        self._start()

    def _start(self) -> None:
        # A session of its own: Ctrl-C is for the command that was typed, which ends its children in order.
        self.process = subprocess.Popen(
            leash.command(self._module, *self._arguments),
            stdin=subprocess.PIPE,
            start_new_session=True,
            env=os.environ,
        )
        self._started = time.monotonic()
        self._rest_until = 0.0

    def keep(self) -> None:
        """Start it again when it is dead."""
        status = self.process.poll()
        if status is None:
            return
        now = time.monotonic()
        if not self._rest_until:
            self._deaths = self._deaths + 1 if now - self._started < HASTY else 0
            rest = min(30.0, 0.5 * 2 ** min(self._deaths, 6)) if self._deaths else 0.0
            log.warning("%s (pid %s) ended with status %s", self._module, self.process.pid, status)
            self._rest_until = now + rest
        if now >= self._rest_until:
            self._start()

    def end(self) -> None:
        """Ask it to end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, deadline: float) -> None:
        """Wait for its end; kill it at the deadline. What it had on the wire is then in doubt."""
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def run(processes: int, *, jobs: bool = True) -> None:
    """Run `processes` senders, and background jobs, until SIGTERM, SIGINT, or SIGHUP where that is not ignored (`nohup`)."""
    database.ready()
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, stop)
    children = [Child(SENDER) for _ in range(processes)] + ([Child(JOBS)] if jobs else [])
    try:
        while not stopping:
            for child in children:
                child.keep()
            time.sleep(0.2)
    finally:
        for child in children:
            child.end()
        deadline = time.monotonic() + GRACE
        for child in children:
            child.wait(deadline)
