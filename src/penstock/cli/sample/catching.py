"""The demo's server: catches everything in a Maildir, refuses some, and some only at the first attempt."""

import asyncio
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from penstock.cli.sample.people import BUSY, GONE
from penstock.transport.catcher import Catcher, Faults


class _Moody(Catcher):
    """A catcher that has no time for some people when they first come."""

    def verdict(self, recipient: str) -> str:
        if recipient.lower() in BUSY and not self.refused[recipient]:
            self.refused[recipient] += 1
            return "450 4.2.0 The mailbox is busy, try again later"
        return super().verdict(recipient)


class Catching:
    """A catcher in a thread of this process, on loopback, for as long as the block lasts; `url` says where."""

    def __init__(self, maildir: Path) -> None:
        faults = Faults(refuse=dict.fromkeys(GONE, "550 5.1.1 No such mailbox here"))
        self._catcher = _Moody(faults=faults, keep=1, maildir=maildir)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where to send."""
        return f"{self._catcher.url}?tls=none"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._catcher.start(), self._loop).result(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._catcher.stop(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
