"""The application that uvicorn serves: Django, behind a bound on what a stranger may upload."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "penstock.platform.settings")

from django.core.asgi import get_asgi_application

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

LARGEST_BODY = 64 * 1024
"""Bytes. Django spools a body of any size to disk before a view sees it; no form here needs more than this."""


def bounded(app: App, most: int = LARGEST_BODY) -> App:
    """Return `app` with requests refused (413) whose body is larger than `most`, announced or not."""

    async def answer(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > most:
            await _refuse(send)
            return
        taken = 0

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            # For Django the client has gone; the answer is ours then.
            return {"type": "http.disconnect"} if taken > most else message

        await app(scope, count, send)
        if taken > most:
            await _refuse(send)

    return answer


async def _refuse(send: Send) -> None:
    body = b"The request is too large.\n"
    headers = [
        (b"content-type", b"text/plain"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


application = bounded(get_asgi_application())
