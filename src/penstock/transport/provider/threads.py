"""A provider's API by threads: anymail waits for answers, so each request under way has a thread of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from penstock.transport.envelope import Envelope
from penstock.transport.provider.answers import Answer
from penstock.transport.provider.line import Line
from penstock.transport.provider.provider import Provider


class Threads:
    """The carrier of one provider (transport.desk)."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._threads: ThreadPoolExecutor | None = None
        self._lines: list[Line] = []  # free ones

    @property
    def title(self) -> str:
        """The provider's name for people."""
        return self._provider.title

    @property
    def connections(self) -> int:
        """Requests under way at most."""
        return self._provider.connections

    def begin(self, envelope: Envelope) -> asyncio.Future[Answer]:
        """Begin to hand one message over."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._provider.connections, "provider")
        line = self._lines.pop() if self._lines else Line(self._provider)
        future = asyncio.get_running_loop().run_in_executor(self._threads, line.send, envelope)
        future.add_done_callback(lambda _: self._lines.append(line))
        return future

    async def close(self) -> None:
        """End all connections; what is under way is given up."""
        for line in self._lines:
            line.close()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
