"""Running catching servers: one until it is interrupted, or several beside what this process does."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from mailbox import Maildir
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self


def kept_in(folder: Path | None) -> Maildir | None:
    """Return the Maildir in this folder; what is missing of it is made, also in a folder that is there and is none yet."""
    if folder is None:
        return None
    for part in (folder, folder / "tmp", folder / "new", folder / "cur"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Maildir(folder)


class Catching(Protocol):
    """A server that catches: the catcher of e-mail, and that of short messages."""

    @property
    def address(self) -> str:
        """Where to send, once it is started, with what lets one in."""

    @property
    def caught(self) -> str:
        """How much it has caught, in words."""

    async def start(self) -> None:
        """Listen; raises OSError if the port is taken."""

    async def stop(self) -> None:
        """Close the port and all connections."""


def catch(server: Catching) -> None:
    """Catch until SIGINT, and say on stderr where, and at the end how much. Raises OSError if the port is taken."""
    try:
        asyncio.run(_catch(server))
    except KeyboardInterrupt:
        pass  # the usual way to end it


async def _catch(server: Catching) -> None:
    await server.start()
    try:
        _say(f"catching on {server.address}")
        await asyncio.Event().wait()
    finally:
        await server.stop()
        _say(f"caught {server.caught}")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


class Beside:
    """Catching servers in a thread of this process, for as long as the block lasts; they share one event loop."""

    def __init__(self, *servers: Catching) -> None:
        self._servers = servers
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="catching", daemon=True)

    def call(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have something done in their thread, soon."""
        self._loop.call_soon_threadsafe(function, *arguments)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            for server in self._servers:
                self._wait(server.start())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for server in self._servers:
            self._wait(server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        if not self._thread.is_alive():
            self._loop.close()

    def _wait(self, doing: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(doing, self._loop).result(10)
