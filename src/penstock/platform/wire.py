"""How requests are read from the wire: by httptools, which is fast and bounds nothing, within a bound."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LARGEST_HEAD: Final = 64 * 1024
"""Bytes that may come without a request's head, or a piece of its body, being whole; and one reading of the socket more."""


class Reader(HttpToolsProtocol):
    """A connection. Whoever sends a head without end (lines, or one line) is refused; trailers of a body are bounded as well."""

    _unread = 0

    def data_received(self, data: bytes) -> None:
        """Parse what has come; what completes nothing is counted."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > LARGEST_HEAD and self.transport is not None and not self.transport.is_closing():
            if self.cycle is None or self.cycle.response_complete:
                self.send_400_response("The head of the request is too large.")
            else:  # within a body: an answer may be on its way
                self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body; platform.bounding counts those."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._unread = 0
        super().on_message_complete()
