"""What a request had borrowed is given back, however its answer ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.signals import request_finished
from django.http import StreamingHttpResponse

from penstock.platform.handler import Handler

SCOPE = {
    "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [(b"host", b"127.0.0.1")],
    "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "scheme": "http", "http_version": "1.1", "root_path": "",
}  # fmt: skip


async def broken() -> AsyncIterator[bytes]:
    yield b"the first row"
    raise LookupError("the second cannot be read")


@pytest.mark.usefixtures("pages")
def test_a_download_that_fails_halfway_ends_its_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django would leave its connection of the pool taken: the ninth visitor would wait for one in vain."""
    handler, ended = Handler(), []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]

    async def answered(request: Any) -> StreamingHttpResponse:
        return StreamingHttpResponse(broken())

    async def receive() -> Any:
        return asked.pop() if asked else await never()

    async def send(message: Any) -> None:
        pass

    monkeypatch.setattr(handler, "run_get_response", answered)
    note = lambda **_: ended.append(True)  # noqa: E731 -- a signal needs the same callable twice
    request_finished.connect(note)
    try:
        with pytest.raises(LookupError):
            async_to_sync(handler)(SCOPE, receive, send)
    finally:
        request_finished.disconnect(note)
    assert ended == [True]


async def never() -> Any:
    """A visitor who stays."""
    await asyncio.Event().wait()
