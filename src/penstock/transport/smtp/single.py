"""Hand over one message on a connection of its own: for what is no mailing."""

from __future__ import annotations

import asyncio

from penstock.transport.envelope import Envelope, Peer
from penstock.transport.fate import Fate, Replied, Unanswered, Unsent
from penstock.transport.reply import Reply, Trouble
from penstock.transport.smtp.failures import describe
from penstock.transport.smtp.server import Server
from penstock.transport.smtp.session import Session, open_session
from penstock.transport.smtp.timeouts import Timeouts

__all__ = ["PATIENCE", "Fate", "Replied", "Unanswered", "Unsent", "hand_over"]

PATIENCE = Timeouts(greeting=60, command=60, data=60, block=60, dot=300, quit=2)


async def hand_over(server: Server, envelope: Envelope, timeouts: Timeouts = PATIENCE) -> Fate:
    """Connect, hand over `envelope`, QUIT; what became of it. Never raises for what the server does."""
    errand = _Errand(envelope)
    opened = await open_session(server, errand, errand, timeouts, limit=1)
    if isinstance(opened, Trouble):
        return Unsent(describe(opened, server), opened.permanent)
    try:
        while not opened.closed.done():
            opened.sweep(asyncio.get_running_loop().time())
            await asyncio.wait([opened.closed], timeout=timeouts.interval)
    finally:
        opened.abort("the errand ended")
    if errand.fate is None or (isinstance(errand.fate, Unsent) and opened.dialogue.failure):
        trouble = opened.dialogue.failure
        if trouble:
            return Unsent(describe(trouble, server), trouble.permanent)
    return errand.fate or Unsent(f"{server} closed the connection", False)


class _Errand:
    """Source and observer of a session that hands over one envelope and leaves."""

    def __init__(self, envelope: Envelope) -> None:
        self._left: Envelope | None = envelope
        self.fate: Fate | None = None

    def take(self, peer: Peer) -> Envelope | None:
        envelope, self._left = self._left, None
        return envelope

    def replied(self, envelope: Envelope, reply: Reply) -> None:
        self.fate = Replied(reply)

    def unanswered(self, envelope: Envelope, cause: str) -> None:
        self.fate = Unanswered(cause)

    def unsent(self, envelope: Envelope, cause: str) -> None:
        self.fate = Unsent(cause, False)

    def trouble(self, reply: Reply, permanent: bool) -> None:
        """Kept by the session."""

    def connected(self, session: Session) -> None:
        """The dialogue goes on by itself."""

    def ready(self, session: Session) -> None:
        """The session asks for the envelope."""

    def idled(self, session: Session) -> None:
        session.retire()

    def ended(self, session: Session) -> None:
        """`closed` tells."""
