"""The requests to one gateway, in the event loop: the carrier of a Desk, and single requests besides.

Connections are kept and used again (aiohttp), none for longer than IDLE without a request: the other side may be closing it, and a
message lost there is in doubt. No request is ever repeated by itself.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Final

from penstock.transport.fate import Unanswered, Unsent
from penstock.transport.gateway.gateway import Gateway
from penstock.transport.gateway.json_form import without_key
from penstock.transport.gateway.profile import profile_of
from penstock.transport.gateway.request import LARGEST, Request, Response
from penstock.transport.provider.answers import Answer
from penstock.transport.reply import sanitise
from penstock.transport.short import ShortEnvelope

if TYPE_CHECKING:
    import aiohttp

CONNECT: Final = 10.0
"""Seconds for the connection and TLS."""
PATIENCE: Final = 60.0
"""Seconds for the whole of a request."""
IDLE: Final = 10.0


class Session:
    """Hands over to `gateway`, the transport's server of that number. Needs a running event loop from the first request on."""

    def __init__(self, gateway: Gateway, server: int = 0) -> None:
        self._gateway, self._server = gateway, server
        self._profile = profile_of(gateway)
        self._client: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[Answer]] = set()

    @property
    def title(self) -> str:
        """The gateway's name for people."""
        return self._gateway.title

    @property
    def connections(self) -> int:
        """Requests under way at most."""
        return self._gateway.connections

    def begin(self, envelope: ShortEnvelope) -> asyncio.Future[Answer]:
        """Begin to hand one message over."""
        envelope.server = self._server
        task = asyncio.get_running_loop().create_task(self.hand_over(envelope))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def hand_over(self, envelope: ShortEnvelope) -> Answer:
        """Hand one message over. Never raises for what the gateway does."""
        import aiohttp

        try:
            response = await self.request(self._profile.sending(self._gateway, envelope))
            return self._profile.answered(self._gateway, envelope, response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Answer(
                Unsent(f"cannot connect to {self._gateway}: {self._words(error)}", permanent=False), sick=True
            )
        except aiohttp.InvalidURL as error:
            return Answer(Unsent(f"{self._gateway} cannot be asked: {self._words(error)}", permanent=True))
        except asyncio.CancelledError:
            return Answer(Unanswered(f"{self.title} had not answered when the sender ended"))
        except Exception as error:  # whatever else breaks, the request may have been read
            return Answer(Unanswered(f"no answer from {self._gateway}: {self._words(error)}"), sick=True)

    async def request(self, request: Request) -> Response:
        """Make one request; redirections are answers, not followed. Raises aiohttp's errors and TimeoutError."""
        from yarl import URL

        async with self._ready().request(
            request.method, URL(self._gateway.base + request.path, encoded=True), data=request.body or None, headers=request.headers, allow_redirects=False
        ) as answer:  # fmt: skip
            # `read(n)` answers with what is there: it is asked until all is, or enough.
            body = bytearray()
            while len(body) < LARGEST and (piece := await answer.content.read(LARGEST - len(body))):
                body += piece
            return Response(answer.status, bytes(body), answer.headers.get("Retry-After"))

    async def close(self) -> None:
        """End all connections; what is under way is given up."""
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self._client is not None:
            await self._client.close()

    def _ready(self) -> aiohttp.ClientSession:
        if self._client is None:
            import aiohttp

            from penstock.transport.gateway.resolver import Public

            connector = aiohttp.TCPConnector(
                limit=0, keepalive_timeout=IDLE, resolver=None if self._gateway.inward else Public()
            )
            limits = aiohttp.ClientTimeout(total=PATIENCE, connect=CONNECT, sock_connect=CONNECT)
            self._client = aiohttp.ClientSession(
                connector=connector, timeout=limits, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
                headers={"User-Agent": "Penstock", "Accept-Encoding": "identity"}, max_line_size=8190, max_field_size=8190,
            )  # fmt: skip
            self._client._retry_connection = False  # it would send a PUT twice; test_gateway holds it to that
        return self._client

    def _words(self, error: BaseException) -> str:
        return without_key(self._gateway, words_of(error))


def words_of(error: BaseException) -> str:
    """What went wrong, in the system's words where it was the system: "connection refused"."""
    inner = getattr(error, "os_error", error)
    number = getattr(inner, "errno", None)
    said = os.strerror(number).lower() if isinstance(number, int) and number > 0 else str(inner)
    return sanitise(said)[:300] or type(error).__name__
