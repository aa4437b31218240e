"""Ask a centre what has become of messages (query_sm, SMPP 3.4 §4.8)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from functools import partial

from penstock.transport.reply import Trouble, sanitise
from penstock.transport.short import Receipt
from penstock.transport.smpp import statuses
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.failures import describe
from penstock.transport.smpp.pdu import Pdu, query, text_at
from penstock.transport.smpp.receipt import date, of_state
from penstock.transport.smpp.session import Session, open_session
from penstock.transport.smpp.timeouts import Timeouts


class Unasked(Exception):
    """The centre could not be asked; the message says why and what to do."""


async def ask(
    centre: Centre,
    messages: Sequence[tuple[str, str]],
    timeouts: Timeouts | None = None,
    *,
    seconds: float | None = None,
) -> list[Receipt]:
    """Return what the centre says of each message, given by its id and its sender, in their order. Raises Unasked.

    `unknown`: the centre does not know it any more, knows nothing of it, or gave no answer, within `seconds` of the bind where given.
    """
    asked = _Asked(centre, messages)
    patience = timeouts or Timeouts.of(centre)
    opened = await open_session(centre, centre.binding, asked, patience)
    if isinstance(opened, Trouble):
        raise Unasked(describe(opened, centre))
    loop = asyncio.get_running_loop()
    until = loop.time() + (math.inf if seconds is None else seconds)
    try:
        while not opened.closed.done() and loop.time() < until:
            opened.sweep(loop.time())
            await asyncio.wait([opened.closed], timeout=patience.interval)
    finally:
        opened.abort("the centre was asked")
    if not asked.begun:
        trouble = opened.dialogue.failure
        raise Unasked(describe(trouble, centre) if trouble else f"{centre} closed the connection.")
    return [asked.found.get(place, Receipt(message[0], "unknown")) for place, message in enumerate(messages)]


class _Asked:
    """Asks as soon as the bind stands, a window's worth at a time, and unbinds after the last answer."""

    def __init__(self, centre: Centre, messages: Sequence[tuple[str, str]]) -> None:
        self._centre, self._messages = centre, messages
        self._next = self._open = 0
        self.begun = False
        self.found: dict[int, Receipt] = {}

    def connected(self, session: Session) -> None:
        """The bind begins by itself."""

    def bound(self, session: Session) -> None:
        self.begun = True
        self._more(session)

    def ended(self, session: Session) -> None:
        """What has no answer is unknown."""

    def _more(self, session: Session) -> None:
        while self._next < len(self._messages) and self._open < self._centre.window:
            place, self._next = self._next, self._next + 1
            self._open += 1
            message_id, sender = self._messages[place]
            session.request(partial(self._write, message_id, sender), partial(self._answered, session, place))
        if not self._open:
            session.unbind()

    def _write(self, message_id: str, sender: str, sequence: int) -> bytes:
        return query(sequence, message_id, *self._centre.source(sender))

    def _answered(self, session: Session, place: int, response: Pdu | None) -> None:
        self._open -= 1
        if response is None:  # it says nothing: the others are asked another time
            self._next = len(self._messages)
        else:
            self.found[place] = _read(self._messages[place][0], response, self._centre)
        self._more(session)


def _read(message_id: str, response: Pdu, centre: Centre) -> Receipt:
    """Read a query_sm_resp (§4.8.2): message_id, final_date, message_state, error_code."""
    if response.status:
        return Receipt(message_id, "unknown", text=statuses.words(response.status))
    body = response.body
    _, at = text_at(body, 0)
    final, at = text_at(body, at)
    if at >= len(body):
        return Receipt(message_id, "unknown", text="an answer that is cut short")
    state, name = of_state(body[at])
    error = body[at + 1] if at + 1 < len(body) else 0
    return Receipt(
        message_id, state, str(error) if error else "", sanitise(name), at=date(final[:12], centre.clock)
    )
