"""A bound on what a stranger may upload: kept before Django spools a body to disk."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, NamedTuple

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LARGEST_BODY = 64 * 1024
"""Bytes. Django spools a body of any size to disk before a view sees it; no form here needs more than this."""
LINGER = 32 << 20
"""Bytes of a body too large that are read and thrown away before it is refused. Whoever still writes when the connection is
closed sees it reset, and not the answer: a proxy then says 502."""
LINGER_SECONDS = 10.0


class Bound(NamedTuple):
    """How many bytes a request may bring, and what it is told (with 413) when it brings more."""

    most: int
    words: bytes = b"The request is too large.\n"
    kind: bytes = b"text/plain"


Largest = Callable[[Message], Awaitable[Bound]]
"""How much a request may bring."""


def bounded(app: App, largest: Largest) -> App:
    """Return `app` with requests refused (413) whose body is larger than `largest` says for them, announced or not."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        bound = await largest(scope)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > bound.most:
            await _refuse(receive, send, bound)
            return
        taken = 0

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            # For Django the client has gone; the answer is ours then.
            return {"type": "http.disconnect"} if taken > bound.most else message

        await app(scope, count, send)
        if taken > bound.most:
            await _refuse(receive, send, bound)

    return answer


async def _refuse(receive: Receive, send: Send, bound: Bound) -> None:
    await _discard(receive)
    headers = [
        (b"content-type", bound.kind),
        (b"content-length", b"%d" % len(bound.words)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": bound.words})


async def _discard(receive: Receive) -> None:
    """Read what the client still writes, up to LINGER bytes and for a while: who sends more has earned the reset."""
    left = LINGER
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
    except TimeoutError:
        return
