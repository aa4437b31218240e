"""The hot path of short messages: as that of e-mail, and what the other side calls each part is kept with its outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from penstock.delivery import record
from penstock.delivery.channel import Order
from penstock.delivery.claim import Held, Turn
from penstock.delivery.handoff import Fence, HandOff
from penstock.delivery.short import ids
from penstock.delivery.short.arrivals import Take
from penstock.delivery.short.order import ShortOrder
from penstock.transport.reply import Reply
from penstock.transport.short import Answer, Incoming, ShortEnvelope


def hand_off(order: Order, fence: Fence, ready: Callable[[], None], take_in: Take) -> HandOff:
    """What a lane hands a mailing over with, by its channel. `take_in`: where what comes in over its connections goes."""
    if isinstance(order, ShortOrder):
        return ShortHandOff(order, fence, ready, take_in)
    return HandOff(order, fence, ready)


IN_PART: Final = "a part was accepted, and then: "


class ShortHandOff(HandOff):
    """The recipients claimed by one lane of a mailing that goes by SMS. `take_in`: where what comes in over its connections goes."""

    def __init__(self, order: Order, fence: Fence, ready: Callable[[], None], take_in: Take) -> None:
        super().__init__(order, fence, ready)
        self.incoming: Callable[[Incoming, int, Answer], None] = take_in
        self._messages: list[bytes] = []

    def replied(self, envelope: ShortEnvelope, reply: Reply) -> None:  # type: ignore[override]
        """The peer's verdict. What was refused for now after a part was accepted cannot be tried again without a part coming twice."""
        if envelope.ids:
            if reply.temporary:
                self.unanswered(envelope, f"{IN_PART}{reply}")
                return
            self._note_ids(envelope, whole=reply.positive)
        super().replied(envelope, reply)  # type: ignore[arg-type]

    def unanswered(self, envelope: ShortEnvelope, cause: str) -> None:  # type: ignore[override]
        """A part was written and no answer came: in doubt, until a receipt tells (delivery_receipts_settle)."""
        self._note_ids(envelope, whole=False)
        super().unanswered(envelope, cause)  # type: ignore[arg-type]

    def collect(self, released: Callable[[Held], bool]) -> Turn:
        """Hand over what is to be recorded, with the ids; a turn that records nothing is none, and the ids wait for the next."""
        turn = super().collect(released)
        if not turn.records or not self._messages:
            return turn
        messages, self._messages = self._messages, []
        return replace(turn, messages=messages)

    def _note_ids(self, envelope: ShortEnvelope, *, whole: bool) -> None:
        """Keep the ids of the parts; a gateway gives one for a message of several."""
        if envelope.ids:
            item = envelope.key
            parts = len(envelope.ids) if whole else max(len(envelope.ids), envelope.encoded.count)
            self._messages += ids.pack(
                record.now(), self.order.mailing, item[1][0], item[0].no, envelope.server, envelope.ids, parts
            )
