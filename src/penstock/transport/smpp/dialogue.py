"""One bind, from bind to unbind, as SMPP 3.4 §2 and §4 have it, without input and output: octets in, octets and decisions out.

Whoever owns it writes `outgoing`, calls `receive`, `elapse` and `lost`, and looks at `stage` and `failure`. Submits fill a window:
so many may be without a response. After an answer that too much is asked of the centre the bind rests, and its window is half as
wide; it widens by one each time that it was answered whole (as TCP does: additive increase, multiplicative decrease).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final

from penstock.transport.backoff import Backoff
from penstock.transport.envelope import Peer
from penstock.transport.reply import Reply, Trouble
from penstock.transport.short import Answer
from penstock.transport.smpp import commands, statuses
from penstock.transport.smpp.carrier import Carriage, Carrier
from penstock.transport.smpp.centre import Centre
from penstock.transport.smpp.pdu import Cutter, Malformed, Pdu, bind, pdu, text_at
from penstock.transport.smpp.timeouts import Timeouts

HEARD_LIMIT: Final = 5_000
"""What came in and waits to be kept; more is refused for now, and the centre sends it again."""
SILENT_LIMIT: Final = 3
"""Submits in a row without a response after which the connection is given up."""
_LAST_SEQUENCE: Final = 0x7FFFFFFF

Hear = Callable[[Pdu, Answer], None]
"""Takes a deliver_sm or data_sm; the answer is sent when it calls back."""
Respond = Callable[[Pdu | None], None]
"""Gets the response to a request, None when there will be none."""


class Stage(Enum):
    """How far a bind is."""

    BINDING = 1
    BOUND = 2
    UNBINDING = 3
    ENDED = 4


class Dialogue:
    """A bind to `centre` by `command`. `changed` is called when there is something to write or to look at outside of a call."""

    def __init__(
        self, centre: Centre, command: int, peer: Peer, timeouts: Timeouts, now: float, changed: Callable[[], None],
        *, carrier: Carrier | None = None, hear: Hear | None = None,
    ) -> None:  # fmt: skip
        self._centre, self.peer, self._timeouts, self._changed = centre, peer, timeouts, changed
        self._carrier, self._hear = carrier, hear
        self._cutter = Cutter()
        self._sequence = 0
        self._window: dict[int, Carriage] = {}
        self._requests: dict[int, tuple[float, Respond]] = {}
        self._room = centre.window
        self._good = 0
        self._silent = 0
        self._newest = 0  # the last submit that has a response
        self._progress_at = now
        self._unkept = 0
        self._heard_at = now
        self._asked = False  # enquire_link is on its way
        self._backoff = Backoff()
        self.rest_until = 0.0
        self.choked = False  # the socket takes no more for now
        self.retiring = False
        self.answered = 0  # submits
        self.stage = Stage.BINDING
        self.failure: Trouble | None = None
        self.outgoing: list[bytes] = []
        self._began = now
        self._name = commands.name(command)
        self.outgoing.append(
            bind(command, self._next(), centre.system_id, centre.password, centre.system_type)
        )

    @property
    def under_way(self) -> int:
        """Submits without a response."""
        return len(self._window)

    # -- what comes ------------------------------------------------------------------------------------------

    def receive(self, data: bytes, now: float) -> None:
        """Octets came."""
        if self._over:
            return
        self._heard_at = now
        carrier, window = self._carrier, self._window
        try:
            for received in self._cutter.feed(data):
                if received.command == commands.SUBMIT_SM_RESP and carrier is not None:
                    carriage = window.pop(received.sequence, None)
                    if carriage is not None:
                        self._submitted(carrier, carriage, received, now)
                else:
                    self._other(received, now)
                if self._over:
                    return
        except Malformed as error:
            self.outgoing.append(pdu(commands.GENERIC_NACK, 0, b"", statuses.ESME_RINVCMDLEN))
            self._end(f"{self.peer.name} sent {error}")
            return
        self.fill(now)

    def _submitted(self, carrier: Carrier, carriage: Carriage, received: Pdu, now: float) -> None:
        self.answered += 1
        self._silent, self._progress_at = 0, now
        self._newest = max(self._newest, received.sequence)
        if received.status:
            if statuses.kind(received.status) == "throttled":
                self._throttled(now)
            carrier.refused(carriage, received.status, self.peer.name)
            return
        if self._room < self._centre.window:
            self._recover()
        carrier.accepted(carriage, text_at(received.body, 0)[0][:255], self.peer.name)

    def _other(self, received: Pdu, now: float) -> None:
        command = received.command
        if command & commands.RESPONSE:
            self._response(received, now)
        elif command in (commands.DELIVER_SM, commands.DATA_SM):
            self._delivered(received)
        elif command == commands.ENQUIRE_LINK:
            self._respond(received)
        elif command == commands.UNBIND:
            self._respond(received)
            self._end(f"{self.peer.name} ended the bind", calm=True)
        elif command != commands.ALERT_NOTIFICATION:  # that one has no response (§4.12)
            self.outgoing.append(pdu(commands.GENERIC_NACK, received.sequence, b"", statuses.ESME_RINVCMDID))

    def _response(self, received: Pdu, now: float) -> None:
        if self.stage is Stage.BINDING and received.sequence == 1:
            self._bound(received, now)
        elif self.stage is Stage.UNBINDING and received.command == commands.UNBIND | commands.RESPONSE:
            self._end("", calm=True)
        elif (request := self._requests.pop(received.sequence, None)) is not None:
            request[1](received)
        elif received.command == commands.GENERIC_NACK and self._carrier is not None:
            carriage = self._window.pop(received.sequence, None)
            if carriage is not None:  # without a status it is no acceptance all the same
                refusal = received._replace(status=received.status or statuses.ESME_RSYSERR)
                self._submitted(self._carrier, carriage, refusal, now)

    def _bound(self, received: Pdu, now: float) -> None:
        if received.status or received.command == commands.GENERIC_NACK:
            status = received.status or statuses.ESME_RINVCMDID
            reply = statuses.reply(status, self._name, self.peer.name)
            self._end("", Trouble(reply, status in statuses.LASTING_AT_BIND))
        else:
            self.stage = Stage.BOUND

    def _delivered(self, received: Pdu) -> None:
        if self._hear is None or self._unkept >= HEARD_LIMIT or self.stage is not Stage.BOUND:
            self._respond(received, statuses.ESME_RX_T_APPN, b"\0")
            return
        self._unkept += 1
        told = False

        def answer(kept: bool) -> None:
            nonlocal told
            if told:
                return
            told = True
            self._unkept -= 1
            if self.stage in (Stage.BOUND, Stage.UNBINDING):
                self._respond(received, statuses.ESME_ROK if kept else statuses.ESME_RX_T_APPN, b"\0")
                self._changed()

        self._hear(received, answer)

    # -- what goes -------------------------------------------------------------------------------------------

    def fill(self, now: float) -> None:
        """Submit as long as the window has room and there is something."""
        carrier, window = self._carrier, self._window
        if carrier is None or self.stage is not Stage.BOUND or now < self.rest_until:
            return
        outgoing, until = self.outgoing, now + self._timeouts.answer
        new = not self.retiring
        if not window:
            self._progress_at = now
        while len(window) < self._room and not self.choked:
            carriage = carrier.next(self.peer, new=new)
            if carriage is None:
                break
            sequence = self._next()
            carriage.until = until
            window[sequence] = carriage
            outgoing.append(pdu(commands.SUBMIT_SM, sequence, carriage.bodies[carriage.at]))
        if self.retiring and not window:
            self.unbind(now)

    def request(self, made: Callable[[int], bytes], respond: Respond, now: float) -> None:
        """Send a request other than submit_sm: `made` writes it with the sequence number given."""
        sequence = self._next()
        self._requests[sequence] = (now + self._timeouts.answer, respond)
        self.outgoing.append(made(sequence))

    def retire(self, now: float) -> None:
        """Begin no message any more; unbind when what is under way is answered."""
        self.retiring = True
        if self.stage is Stage.BINDING:
            self._end("the bind was given up", calm=True)
        elif not self._window and not (self._carrier and self._carrier.waiting):
            self.unbind(now)
        else:
            self.fill(now)

    def unbind(self, now: float) -> None:
        """Say goodbye (§4.2)."""
        if self.stage is Stage.BOUND:
            self.stage, self._began = Stage.UNBINDING, now
            self.outgoing.append(pdu(commands.UNBIND, self._next()))

    # -- time and ends ---------------------------------------------------------------------------------------

    def elapse(self, now: float) -> None:
        """Look for what has waited too long."""
        waited = now - self._began
        if self.stage is Stage.BINDING and waited > self._timeouts.bind:
            self._end(f"{self.peer.name} did not answer {self._name}")
        elif self.stage is Stage.UNBINDING and waited > self._timeouts.unbind:
            self._end("", calm=True)
        if self.stage is not Stage.BOUND:
            return
        self._overdue(now)
        if self.stage is Stage.BOUND and not self._asked and now - self._heard_at > self._timeouts.enquire:
            self._asked = True
            self.request(lambda sequence: pdu(commands.ENQUIRE_LINK, sequence), self._linked, now)
        if self.stage is Stage.BOUND:
            self.fill(now)

    def _overdue(self, now: float) -> None:
        """Give up what has waited too long. Not while a slow centre works through what went before it: many limit the rate that way."""
        silent, late = now - self._progress_at >= self._timeouts.answer, []
        for sequence, carriage in self._window.items():  # in the order in which they went
            if carriage.until > now:
                break
            if silent or sequence < self._newest:
                late.append(sequence)
        for sequence in late:
            self._silent += 1
            assert self._carrier is not None
            self._carrier.unanswered(self._window.pop(sequence), f"{self.peer.name} did not answer submit_sm")
        for sequence in [number for number, (until, _) in self._requests.items() if until <= now]:
            self._requests.pop(sequence)[1](None)
        if self._silent >= SILENT_LIMIT:
            self._end(f"{self.peer.name} left {self._silent} submits without a response")

    def _linked(self, response: Pdu | None) -> None:
        self._asked = False
        if response is None:
            self._end(f"{self.peer.name} did not answer enquire_link")

    def lost(self, cause: str) -> None:
        """The connection is gone."""
        self._end(cause, calm=self.stage is Stage.UNBINDING)

    def _end(self, cause: str, trouble: Trouble | None = None, *, calm: bool = False) -> None:
        """End it; what is under way is in doubt. `calm`: no trouble unless something was under way."""
        if self.stage is Stage.ENDED:
            return
        bound = self.stage is not Stage.BINDING
        self.stage = Stage.ENDED
        window, self._window = self._window, {}
        requests, self._requests = self._requests, {}
        if trouble is None and (not calm or window):
            trouble = Trouble(Reply(0, "", cause, "bound" if bound else self._name, self.peer.name), False)
        self.failure = trouble
        for carriage in window.values():
            assert self._carrier is not None
            self._carrier.unanswered(carriage, cause)
        for _, respond in requests.values():
            respond(None)

    @property
    def _over(self) -> bool:
        return self.stage is Stage.ENDED

    # -- small things ------------------------------------------------------------------------------------------

    def _throttled(self, now: float) -> None:
        if now >= self.rest_until:  # the others of one window say the same
            self._room = max(1, self._room // 2)
            self._backoff.failed(now)
            self.rest_until = self._backoff.until
        self._good = 0

    def _recover(self) -> None:
        self._good += 1
        if self._good >= self._room:
            self._room, self._good = self._room + 1, 0
            self._backoff.succeeded()

    def _respond(self, received: Pdu, status: int = statuses.ESME_ROK, body: bytes = b"") -> None:
        self.outgoing.append(pdu(received.command | commands.RESPONSE, received.sequence, body, status))

    def _next(self) -> int:
        self._sequence = self._sequence % _LAST_SEQUENCE + 1
        return self._sequence
