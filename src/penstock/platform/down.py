"""`penstock down`: everything that runs on a home ends, the embedded server last."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from penstock.platform import embedded, presence
from penstock.platform.presence import Present

_PATIENCE = 20.0  # seconds for senders to finish what is on the wire, before SIGKILL


@dataclass(frozen=True)
class Ended:
    """What was stopped: processes that ended when asked, those that had to be killed, those of other
    users that could not be, and whether a server ran."""

    asked: list[Present]
    killed: list[Present]
    left: list[Present]
    server: bool


def down(home: Path) -> Ended:
    """Ask every process on `home` to end (SIGTERM), kill those that do not within 20 s, stop the server.

    The server is left running if a process of another user still needs it.
    """
    home = home.resolve()
    present = presence.others(home)
    left = [one for one in present if not _signal(one, signal.SIGTERM)]
    remaining = _wait(home, left, _PATIENCE)
    for one in remaining:
        _signal(one, signal.SIGKILL)
    _wait(home, left, 5.0)
    asked = [one for one in present if one not in remaining and one not in left]
    return Ended(asked, remaining, left, False if left else embedded.stop(home))


def _signal(one: Present, kind: signal.Signals) -> bool:
    """Send `kind`; False when the process is another user's. The pid is safe: its owner holds the mark."""
    try:
        os.kill(one.pid, kind)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return True


def _wait(home: Path, left: list[Present], seconds: float) -> list[Present]:
    """Wait until only those in `left` are present; return who else is after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        remaining = [one for one in presence.others(home) if one not in left]
        if not remaining or time.monotonic() > deadline:
            return remaining
        time.sleep(0.02)
