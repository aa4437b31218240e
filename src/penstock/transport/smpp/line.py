"""One client of a catching centre: its connection, seen from the centre's side."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, cast

from penstock.transport.smpp import commands, statuses
from penstock.transport.smpp.pdu import Cutter, Malformed, Pdu, pdu, text_at

if TYPE_CHECKING:
    from penstock.transport.smpp.catcher import Catcher

_BINDS = (commands.BIND_TRANSMITTER, commands.BIND_RECEIVER, commands.BIND_TRANSCEIVER)


class Line(asyncio.Protocol):
    """Answers as SMPP 3.4 has it, with the catcher's faults."""

    def __init__(self, catcher: Catcher) -> None:
        self._catcher = catcher
        self._cutter = Cutter()
        self._sequence = 0
        self._second, self._submits = 0, 0
        self._dropped = False
        self.bound = 0  # the command that bound it
        self.unacked: dict[int, bytes] = {}

    @property
    def hears(self) -> bool:
        """It takes receipts."""
        return self.bound in (commands.BIND_RECEIVER, commands.BIND_TRANSCEIVER)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there."""
        self._transport = cast(asyncio.Transport, transport)
        self._catcher.lines.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone; what it did not take goes to the next one."""
        self._catcher.lines.discard(self)
        self._give_back(list(self.unacked))

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        out: list[bytes] = []
        try:
            for received in self._cutter.feed(data):
                answer = self._answer(received)
                if answer is None:
                    break
                out.append(answer)
        except Malformed:
            out.append(pdu(commands.GENERIC_NACK, 0, b"", statuses.ESME_RINVCMDLEN))
            self._transport.close()
        if out:
            self._transport.write(b"".join(out))
        if self._catcher.waiting:
            self._catcher.deliver()

    def deliver(self, body: bytes) -> None:
        """Send a deliver_sm."""
        self._sequence += 1
        self.unacked[self._sequence] = body
        self._transport.write(pdu(commands.DELIVER_SM, self._sequence, body))

    def drop(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    # -- inside -------------------------------------------------------------------------------------------------

    def _answer(self, received: Pdu) -> bytes | None:
        """Return what is said to a PDU, b"" for nothing; None: the connection was dropped."""
        command = received.command
        if command in _BINDS:
            return self._bind(received)
        if command == commands.SUBMIT_SM:
            return self._submit(received)
        if command == commands.DELIVER_SM | commands.RESPONSE:
            return self._taken(received)
        if command == commands.QUERY_SM:
            return self._query(received)
        if command == commands.UNBIND:
            self.bound = 0
            asyncio.get_running_loop().call_soon(self._transport.close)
        elif command & commands.RESPONSE:
            return b""
        elif command != commands.ENQUIRE_LINK:
            return pdu(commands.GENERIC_NACK, received.sequence, b"", statuses.ESME_RINVCMDID)
        return pdu(command | commands.RESPONSE, received.sequence)

    def _bind(self, received: Pdu) -> bytes | None:
        if self._fault("bind"):
            return self._nothing
        _, at = text_at(received.body, 0)
        password, _ = text_at(received.body, at)
        status = statuses.ESME_ROK
        if self._catcher.password not in (None, password):
            status = 0x0E
        else:
            self.bound = received.command
        return pdu(received.command | commands.RESPONSE, received.sequence, b"catcher\0", status)

    def _submit(self, received: Pdu) -> bytes | None:
        if self._fault("submit"):
            return self._nothing
        response = commands.SUBMIT_SM_RESP
        if self.bound not in (commands.BIND_TRANSMITTER, commands.BIND_TRANSCEIVER):
            return pdu(response, received.sequence, b"", statuses.ESME_RINVBNDSTS)
        if self._too_many():
            return pdu(response, received.sequence, b"", statuses.ESME_RTHROTTLED)
        _, at = text_at(received.body, 0)
        _, at = text_at(received.body, at + 2)
        number, _ = text_at(received.body, at + 2)
        status = self._catcher.verdict(number)
        if status:
            return pdu(response, received.sequence, b"", status)
        message_id = self._catcher.catch(received)
        if self._fault("answer"):
            return self._nothing
        return pdu(response, received.sequence, message_id.encode() + b"\0")

    def _taken(self, received: Pdu) -> bytes:
        if received.status:
            self._give_back([received.sequence])
        elif self.unacked.pop(received.sequence, None) is not None:
            self._catcher.told += 1
        return b""

    def _query(self, received: Pdu) -> bytes:
        message_id, _ = text_at(received.body, 0)
        state = self._catcher.states.get(message_id)
        if state is None:
            return pdu(commands.QUERY_SM | commands.RESPONSE, received.sequence, b"", 0x67)
        body = (
            message_id.encode("latin-1")
            + b"\0"
            + b"200101000100000+\0"
            + bytes((state, 9 if state == 5 else 0))
        )
        return pdu(commands.QUERY_SM | commands.RESPONSE, received.sequence, body)

    def _fault(self, stage: str) -> bool:
        """Do what goes wrong at `stage`; tell whether anything does."""
        fault = self._catcher.faulty(stage)
        if fault == "drop":
            self._dropped = True
            self.drop()
        return bool(fault)

    @property
    def _nothing(self) -> bytes | None:
        return None if self._dropped else b""

    def _give_back(self, sequences: list[int]) -> None:
        bodies = [self.unacked.pop(each) for each in sequences if each in self.unacked]
        if bodies:
            self._catcher.back(bodies)

    def _too_many(self) -> bool:
        limit = self._catcher.faults.throttle
        if not limit:
            return False
        if (second := int(time.monotonic())) != self._second:
            self._second, self._submits = second, 0
        self._submits += 1
        return self._submits > limit
