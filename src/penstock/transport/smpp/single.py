"""Hand over one short message on a bind of its own: for what is no mailing."""

from __future__ import annotations

import asyncio

from penstock.transport.envelope import Peer
from penstock.transport.fate import Fate, Replied, Unanswered, Unsent
from penstock.transport.reply import Reply, Trouble
from penstock.transport.short import Answer, Incoming, ShortEnvelope
from penstock.transport.smpp.binds import Binds
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.failures import describe
from penstock.transport.smpp.timeouts import Timeouts

PATIENCE = Timeouts(bind=15.0, interval=0.25)


async def hand_over(centre: Centre, envelope: ShortEnvelope, timeouts: Timeouts = PATIENCE) -> Fate:
    """Bind, submit every part, unbind; what became of it. Never raises for what the centre does.

    What comes in meanwhile is refused for now: the centre sends it again, to whoever keeps it.
    """
    errand = _Errand(envelope)
    binds = Binds(centre, errand, timeouts=timeouts)
    binds.wake(1)
    try:
        await errand.done.wait()
    finally:
        await binds.close(1.0)
    if errand.fate is not None:
        return errand.fate
    assert errand.failed is not None
    return Unsent(describe(errand.failed, centre), errand.failed.permanent)


class _Errand:
    """The source of one envelope."""

    def __init__(self, envelope: ShortEnvelope) -> None:
        self._left: ShortEnvelope | None = envelope
        self.fate: Fate | None = None
        self.failed: Trouble | None = None
        self.done = asyncio.Event()

    def take(self, peer: Peer) -> ShortEnvelope | None:
        envelope, self._left = self._left, None
        return envelope

    def replied(self, envelope: ShortEnvelope, reply: Reply) -> None:
        self._end(Replied(reply))

    def unanswered(self, envelope: ShortEnvelope, cause: str) -> None:
        self._end(Unanswered(cause))

    def unsent(self, envelope: ShortEnvelope, cause: str) -> None:
        self._end(Unsent(cause, False))

    def trouble(self, reply: Reply, permanent: bool) -> None:
        self.failed = Trouble(reply, permanent)
        if self._left is not None:  # nothing has begun, and nothing will
            self._left = None
            self.done.set()

    def _end(self, fate: Fate) -> None:
        if self.fate is None:
            self.fate = fate
        self.done.set()

    def incoming(self, item: Incoming, server: int, answer: Answer) -> None:
        answer(False)
