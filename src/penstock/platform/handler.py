"""Django's handler of requests, which gives back what a request had borrowed however it ends."""

from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_finished


class Handler(ASGIHandler):
    """As ASGIHandler. There a body that fails while it is streamed leaves its response open, and with it a connection of the pool:
    after eight such downloads nobody would be signed in any more."""

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        try:
            await super().handle(scope, receive, send)
        except BaseException:
            await request_finished.asend(sender=type(self))
            raise
