"""Which processes use a home: asked of the kernel, never of trust.

Each process keeps two locks for as long as it lives; the kernel lets go of them however it ends.

- `<home>/run/users.lock`, shared. Whoever gets it exclusively is alone: the last one.
- `<home>/run/<pid>.lock`, exclusive, with the command in it: for `penstock down` and `doctor`.
"""

import errno
import fcntl
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from penstock.platform.environment import belong
from penstock.platform.notice import tell
from penstock.platform.trouble import Trouble

_PATIENCE = 3.0  # seconds before a waiting command says what it waits for
_LIMIT = 900.0  # an upgrade of a large database holds the lock for minutes


@dataclass(frozen=True)
class Present:
    """A living process that uses the home: its pid, its command line, when it came (Unix time)."""

    pid: int
    command: str
    since: float


class Presence:
    """This process's mark in one home; `enter` it before using the database, `leave` at the end."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._users: int | None = None
        self._own: int | None = None
        self._pid = 0

    @property
    def entered(self) -> bool:
        return self._users is not None and self._pid == os.getpid()

    def enter(self) -> bool:
        """Take both locks without waiting; False while another process is stopping the server alone."""
        if self.entered:
            return True
        if self._users is not None:  # a fork: the parent's marks are the parent's
            self._forget()
        run = folder(self.home)
        users = _open(run / "users.lock")
        if not _try(users, fcntl.LOCK_SH):
            os.close(users)
            return False
        self._users, self._pid = users, os.getpid()
        self._own = _locked(run / f"{self._pid}.lock")
        told = json.dumps({"pid": self._pid, "command": _command(), "since": time.time()})
        _write(self._own, told)
        return True

    def alone(self) -> bool:
        """Turn the shared lock into an exclusive one; False when others are there (it is lost then)."""
        return self._users is not None and _try(self._users, fcntl.LOCK_EX)

    def leave(self) -> None:
        """Give up both marks; harmless when not entered."""
        if self.entered:
            (self.home / "run" / f"{self._pid}.lock").unlink(missing_ok=True)
        self._forget()

    def _forget(self) -> None:
        for descriptor in (self._users, self._own):
            if descriptor is not None:
                os.close(descriptor)
        self._users = self._own = None


def folder(home: Path) -> Path:
    """Return `<home>/run`, made when missing."""
    run = home / "run"
    if not run.is_dir():
        run.mkdir(mode=0o700, exist_ok=True)
        belong(run, home)
    return run


def others(home: Path) -> list[Present]:
    """Return the living processes that use this home, without ourselves; marks of the dead are removed."""
    found = []
    for mark in sorted(folder(home).glob("*.lock")):
        if mark.stem.isdigit() and int(mark.stem) != os.getpid():
            present = _read(mark)
            if present:
                found.append(present)
    return found


def _read(mark: Path) -> Present | None:
    try:
        descriptor = os.open(mark, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        if _try(descriptor, fcntl.LOCK_EX):  # nobody holds it: its process is dead
            mark.unlink(missing_ok=True)
            return None
        told = json.loads(os.read(descriptor, 65_536) or b"{}")
        return Present(int(mark.stem), str(told.get("command", "?")), float(told.get("since", 0)))
    except ValueError:  # read while it was being written
        return Present(int(mark.stem), "?", 0.0)
    finally:
        os.close(descriptor)


@contextmanager
def one_at_a_time(home: Path, waiting_for: str) -> Iterator[None]:
    """Hold the home's exclusive lock for starting, stopping and upgrading the server.

    Waits as long as a living process holds it (15 minutes at most); says `waiting_for` after 3 s.
    """
    descriptor = _open(folder(home) / "server.lock")
    try:
        begun, told = time.monotonic(), False
        while not _try(descriptor, fcntl.LOCK_EX):
            waited = time.monotonic() - begun
            if waited > _PATIENCE and not told:
                tell(f"{waiting_for} (another penstock command, pid {_holder(descriptor)}, is at it)")
                told = True
            if waited > _LIMIT:
                raise Trouble(
                    f"Another penstock command (pid {_holder(descriptor)}) has been starting or stopping the "
                    f"database of {home} for {_LIMIT / 60:.0f} minutes.",
                    "Look what it does, end it, and try again.",
                )
            time.sleep(0.01)
        _write(descriptor, str(os.getpid()))
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    return os.pread(descriptor, 20, 0).decode(errors="replace").strip() or "unknown"


def _open(path: Path) -> int:
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    if new:
        belong(path, path.parent)
    return descriptor


def _write(descriptor: int, text: str) -> None:
    """Say who holds a lock; for people only, so a full disk is no reason to fail."""
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
    except OSError:
        pass


def _locked(path: Path) -> int:
    """Open and lock our own mark; again if `others` took it for a dead one's and removed it in between."""
    while True:
        descriptor = _open(path)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists() and path.stat().st_ino == os.fstat(descriptor).st_ino:
            return descriptor
        os.close(descriptor)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _command() -> str:
    """Return the program and its subcommand; not the options, which may carry a password."""
    words = [Path(sys.argv[0]).name or "python"]
    for word in sys.argv[1:3]:
        if word.startswith("-") or "://" in word:
            break
        words.append(word)
    return " ".join(words)[:200]
