"""The messages under way to one centre, over all its binds: their parts go one after the other, each by whatever bind has room.

A message has begun when its first part was written, and then it is seen through: its next part goes before any new message, also
when sending was stopped in the meantime. No part is ever written twice once it may have been taken, the first one least of all. So:

- A part that was accepted is followed by the next one; after the last one the message is accepted.
- The first part refused: that is the verdict on the message. Refused because the centre is asked too much: the message is unsent.
- A later part refused for now is tried again for a while; refused for good, it is the verdict on the message.
- A part without an answer: the message is in doubt, and no other part of it goes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply
from penstock.transport.short import ShortEnvelope, ShortSource
from penstock.transport.smpp import statuses
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.writing import Unsendable, bodies

AGAIN: Final = (1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds before a later part that was refused for now is tried again."""
AGAIN_THROTTLED: Final = 40
"""So many times, at the last of these intervals, where too much was asked of the centre: some twenty minutes."""


class Carriage:
    """One message on its way: the body of each part, and which is next or on the wire (`at`, from 0)."""

    __slots__ = ("at", "bodies", "envelope", "tries", "until")

    def __init__(self, envelope: ShortEnvelope, bodies: list[bytes]) -> None:
        self.envelope, self.bodies = envelope, bodies
        self.at = self.tries = 0
        self.until = 0.0  # when the part on the wire has waited long enough for its answer


class Carrier:
    """`later(seconds, call)` calls once the time has passed; `wake()` has the binds ask for work, `emptied()` hears that nothing is under way."""

    def __init__(
        self,
        centre: Centre,
        source: ShortSource,
        server: int,
        later: Callable[[float, Callable[[], None]], object],
        wake: Callable[[], None],
        emptied: Callable[[], None] = lambda: None,
    ) -> None:
        self._centre, self._source, self._server = centre, source, server
        self._later, self._wake, self._emptied = later, wake, emptied
        self._waiting: deque[Carriage] = deque()  # begun, and their next part may go
        self._permanent = frozenset(centre.permanent)
        self._accepted: dict[str, Reply] = {}
        self.live: dict[Carriage, None] = {}  # begun and without a fate
        self.stopped = False
        self.dry = True  # the source had nothing when last asked
        self.answered = 0  # messages

    def next(self, peer: Peer, *, new: bool = True) -> Carriage | None:
        """What is to go next by a bind that has room; with `new` False only what has begun."""
        if self._waiting:
            return self._waiting.popleft()
        while new and not self.stopped:
            envelope = self._source.take(peer)
            if envelope is None:
                self.dry = True
                return None
            if self.stopped:  # the source called stop(): it is not to begin
                self._source.unsent(envelope, "stopped before the message began")
                return None
            envelope.server = self._server
            try:
                carriage = Carriage(envelope, bodies(self._centre, envelope))
            except Unsendable as error:
                self._source.replied(envelope, Reply(554, "", str(error), "mail", peer.name))
                continue
            self.live[carriage] = None
            return carriage
        return None

    @property
    def waiting(self) -> bool:
        """Parts of messages that have begun wait for room on a bind."""
        return bool(self._waiting)

    def accepted(self, carriage: Carriage, message_id: str, peer: str) -> None:
        """The part on the wire was accepted."""
        envelope = carriage.envelope
        envelope.ids.append(self._centre.id_of(message_id, receipt=False))
        carriage.at += 1
        carriage.tries = 0
        if carriage.at < len(carriage.bodies):
            self._waiting.append(carriage)
            return
        self._end(carriage)
        self.answered += 1
        reply = self._accepted.get(peer)
        if reply is None:
            reply = self._accepted[peer] = statuses.reply(statuses.ESME_ROK, "submit_sm", peer)
        self._source.replied(envelope, reply)

    def refused(self, carriage: Carriage, status: int, peer: str) -> None:
        """The part on the wire was refused with `status`."""
        reply = statuses.reply(status, "submit_sm", peer, self._permanent)
        throttled = reply.temporary and statuses.kind(status) == "throttled"
        if carriage.at == 0:
            self._end(carriage)
            if throttled:
                self.dry = False
                self._source.unsent(carriage.envelope, reply.text)
            else:
                self.answered += 1
                self._source.replied(carriage.envelope, reply)
        elif reply.temporary and carriage.tries < (AGAIN_THROTTLED if throttled else len(AGAIN)):
            self._later(AGAIN[min(carriage.tries, len(AGAIN) - 1)], lambda: self._again(carriage))
            carriage.tries += 1
        else:
            self._end(carriage)
            self.answered += 1
            text = f"{self._so_far(carriage)}, the next one was refused: {reply.text}"
            self._source.replied(carriage.envelope, Reply(554, "5.6.0", text, "submit_sm", peer))

    def unanswered(self, carriage: Carriage, cause: str) -> None:
        """The part on the wire has no answer, and will get none."""
        self._end(carriage)
        if carriage.at:
            cause = f"{self._so_far(carriage)}, and of the next one: {cause}"
        self._source.unanswered(carriage.envelope, cause)

    def give_up(self, cause: str) -> None:
        """End all that is under way: the hands close."""
        self._waiting.clear()
        for carriage in list(self.live):
            self.unanswered(carriage, cause)

    def _again(self, carriage: Carriage) -> None:
        if carriage in self.live:
            self._waiting.append(carriage)
            self._wake()

    def _end(self, carriage: Carriage) -> None:
        self.live.pop(carriage, None)
        if not self.live:
            self._emptied()

    def _so_far(self, carriage: Carriage) -> str:
        return f"{carriage.at} of {len(carriage.bodies)} parts were accepted"
