"""An API used like a Pool: so many requests under way at the same time, one message each.

A request that has begun cannot be called back, so all that are under way count as leaving when sending stops. Envelopes are
taken, and told of, in the event loop's thread only. What carries a request (threads, the loop itself) is the carrier's affair.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, Protocol

from penstock.transport.backoff import Backoff
from penstock.transport.envelope import Peer, Source
from penstock.transport.fate import Replied, Unanswered, Unsent
from penstock.transport.provider.answers import Answer
from penstock.transport.reply import Reply
from penstock.transport.short import ShortSource

CLOSE_LIMIT: Final = 5.0
"""Seconds that `close` waits for the answers to what is under way."""


class Carrier(Protocol):
    """What makes the requests to one API. `title`: its name for people; `connections`: requests under way at most."""

    @property
    def title(self) -> str: ...
    @property
    def connections(self) -> int: ...

    def begin(self, envelope: Any) -> asyncio.Future[Answer]:
        """Begin to hand one message over; the future holds what came of it, and never an exception."""

    async def close(self) -> None:
        """End all connections; what is under way is given up."""


class Desk:
    """Hands the envelopes of `source` over by `carrier`. Needs a running event loop from the first `wake` on."""

    def __init__(self, carrier: Carrier, source: Source | ShortSource) -> None:
        self._carrier = carrier
        self._source: Any = source  # whose envelopes are what the carrier takes
        self._size = carrier.connections
        self._peer = Peer(carrier.title, eightbitmime=True, smtputf8=True, tls="TLS", rebuilt=True)
        self._under_way: dict[asyncio.Future[Answer], Any] = {}
        self._backoff = Backoff()
        self._stopped = self._closed = False
        self._dry = True  # the source had nothing when last asked
        self._call: asyncio.Handle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self.answered = 0

    def wake(self, waiting: int | None = None) -> None:
        """The source has something."""
        self._dry = False
        if self._call is None and not (self._stopped or self._closed):
            self._call = asyncio.get_running_loop().call_soon(self._begin)

    def stop(self) -> int:
        """Begin no request from now on; the exact number of those under way."""
        self._stopped = True
        for handle in (self._call, self._retry):
            if handle is not None:
                handle.cancel()
        self._call = self._retry = None
        return len(self._under_way)

    def start_again(self) -> None:
        """Undo `stop`, and try at once what had failed."""
        self._stopped = False
        self._backoff.reset()
        self.wake()

    async def drained(self) -> None:
        """Wait until nothing is under way."""
        while self._under_way:
            self._changed.clear()
            await self._changed.wait()

    async def close(self, grace: float = CLOSE_LIMIT) -> None:
        """Stop, and wait up to `grace` seconds; what has no answer then is in doubt, whatever comes of it."""
        self.stop()
        self._closed = True
        try:
            async with asyncio.timeout(max(grace, CLOSE_LIMIT)):
                await self.drained()
        except TimeoutError:
            for envelope in list(self._under_way.values()):
                self._source.unanswered(
                    envelope, f"{self._carrier.title} had not answered when the sender ended"
                )
            self._under_way.clear()
        await self._carrier.close()

    def resize(self, connections: int) -> None:
        """Change the number of requests under way, 0 for none."""
        self._size = max(0, connections)
        if not self._dry:
            self.wake()

    @property
    def on_the_wire(self) -> int:
        """Requests under way."""
        return len(self._under_way)

    @property
    def open(self) -> int:
        """Requests under way: connections are the library's."""
        return len(self._under_way)

    @property
    def held(self) -> int:
        """Requests that the provider may count."""
        return len(self._under_way)

    # -- inside ---------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        """Begin as many requests as there may be; one only while the last one failed."""
        self._call = None
        loop = asyncio.get_running_loop()
        while not (self._stopped or self._closed) and len(self._under_way) < self._allowed(loop.time()):
            envelope = self._source.take(self._peer)
            if envelope is None:
                self._dry = True
                return
            if self._stopped:  # the source called stop(): it is not to begin
                self._source.unsent(envelope, "stopped before the request began")
                return
            self._hand_over(envelope)

    def _allowed(self, now: float) -> int:
        rest = self._backoff.until - now
        if rest > 0:
            if self._retry is None:
                self._retry = asyncio.get_running_loop().call_later(rest, self._try_again)
            return 0
        return min(1, self._size) if self._backoff.failures else self._size

    def _try_again(self) -> None:
        self._retry = None
        if not self._dry:
            self.wake()

    def _hand_over(self, envelope: Any) -> None:
        future = self._carrier.begin(envelope)
        self._under_way[future] = envelope
        future.add_done_callback(self._ended)

    def _ended(self, future: asyncio.Future[Answer]) -> None:
        envelope = self._under_way.pop(future, None)
        self._changed.set()
        if envelope is None:  # it was given up: what was said of it stands
            return
        self._tell(envelope, future.result())
        if not self._dry:
            self.wake()

    def _tell(self, envelope: Any, answer: Answer) -> None:
        """Tell the source what became of the message, and mind how the provider fares."""
        now = asyncio.get_running_loop().time()
        match answer.fate:
            case Replied(reply):
                self.answered += 1
                if answer.rest:
                    self._backoff.until = max(self._backoff.until, now + answer.rest)
                else:
                    self._backoff.succeeded()
                self._source.replied(envelope, reply)
            case Unanswered(cause):
                self._backoff.failed(now)
                self._source.unanswered(envelope, cause)
                self._source.trouble(self._reply("4.4.2", cause), False)
            case Unsent(cause, _) if answer.rest:  # it wants fewer at once: that is no trouble
                self._backoff.until = max(self._backoff.until, now + answer.rest)
                self._source.unsent(envelope, cause)
            case Unsent(cause, permanent):
                self._backoff.failed(now, permanent)
                self._source.unsent(envelope, cause)
                self._source.trouble(self._reply("5.7.8" if permanent else "4.4.1", cause), permanent)

    def _reply(self, enhanced: str, cause: str) -> Reply:
        return Reply(0, enhanced, cause, "connect", self._carrier.title)
