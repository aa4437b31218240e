"""Try a server's terms without sending anything."""

from __future__ import annotations

import asyncio

from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply, Trouble
from penstock.transport.smtp.failures import TransportError
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.session import Session, open_session
from penstock.transport.smtp.timeouts import Timeouts


async def probe(server: Server, timeouts: Timeouts | None = None) -> Peer:
    """Connect, EHLO, TLS, AUTH as `server` says, and QUIT; what the server offers.

    Raises TransportError, whose message tells what went wrong and what to do about it.
    """
    patience = timeouts or Timeouts(greeting=30, command=30, quit=2)
    visit = _Visit(server)
    opened = await open_session(server, visit, visit, patience, limit=1)
    if isinstance(opened, Trouble):
        raise TransportError(opened, server)
    try:
        while not opened.closed.done():
            opened.sweep(asyncio.get_running_loop().time())
            await asyncio.wait([opened.closed], timeout=patience.interval)
    finally:
        opened.abort("the probe ended")
    if opened.dialogue.peer is None:
        trouble = opened.dialogue.failure
        raise TransportError(trouble or visit.closed_early(), server)
    return opened.dialogue.peer


class _Visit:
    """Source and observer of a session that sends nothing and leaves as soon as it is ready."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def take(self, peer: Peer) -> Envelope | None:
        return None

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        raise AssertionError("a probe sends nothing")

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        raise AssertionError("a probe sends nothing")

    def unsent(self, envelope: Envelope, cause: str) -> None:
        raise AssertionError("a probe sends nothing")

    def trouble(self, reply: Reply, permanent: bool) -> None:
        """Kept by the session."""

    def connected(self, session: Session) -> None:
        """The dialogue goes on by itself."""

    def ready(self, session: Session) -> None:
        """The session will be idle in a moment."""

    def idled(self, session: Session) -> None:
        session.retire()

    def ended(self, session: Session) -> None:
        """`closed` tells."""

    def closed_early(self) -> Trouble:
        """What to say of a connection that ended without a word."""
        return Trouble(
            Reply(0, "4.4.2", "the server closed the connection", "connect", str(self._server)), False
        )
