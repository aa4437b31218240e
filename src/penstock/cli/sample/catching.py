"""The demo's servers: they catch everything in a Maildir, refuse some, and some only at the first attempt. A telephone answers."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from penstock.cli.sample.people import BUSY, GONE
from penstock.cli.sample.telephones import ANSWERS, FAILS, REFUSED
from penstock.transport.catcher import Catcher, Faults
from penstock.transport.smpp.catcher import Catcher as Centre
from penstock.transport.smpp.catcher import Caught
from penstock.transport.smpp.catcher import Faults as ShortFaults
from penstock.transport.smpp.pdu import Pdu

_INVALID = 0x0B  # ESME_RINVDSTADR, invalid destination address (SMPP 3.4 §5.1.3)
RECEIPTS_AFTER = 1.0
"""Seconds: one sees that a message is accepted before it is delivered."""


async def _somewhere(server: Catcher | Centre, start: Callable[[], Awaitable[None]]) -> None:
    try:
        await start()
    except OSError:
        server.port = 0
        await start()


class Post(Catcher):
    """A catcher that has no time for some people when they first come."""

    def __init__(self, maildir: Path, port: int) -> None:
        faults = Faults(refuse=dict.fromkeys(GONE, "550 5.1.1 No such mailbox here"))
        super().__init__(port=port, faults=faults, keep=1, maildir=maildir)

    async def start(self) -> None:
        """Listen, on another port where this one is taken."""
        await _somewhere(self, super().start)

    def verdict(self, recipient: str) -> str:
        """The reply to RCPT."""
        if recipient.lower() in BUSY and not self.refused[recipient]:
            self.refused[recipient] += 1
            return "450 4.2.0 The mailbox is busy, try again later"
        return super().verdict(recipient)


class Telephones(Centre):
    """A centre with a telephone behind it whose owner has had enough, once. `longest`: a part of the message with the most parts."""

    def __init__(self, maildir: Path, port: int) -> None:
        faults = ShortFaults({REFUSED.strip("+"): _INVALID}, (FAILS.strip("+"),))
        super().__init__(port=port, faults=faults, keep=1, maildir=maildir, receipts_after=RECEIPTS_AFTER)
        self.longest: Caught | None = None

    async def start(self) -> None:
        """Listen, on another port where this one is taken."""
        await _somewhere(self, super().start)

    def catch(self, received: Pdu) -> str:
        """Take a submit_sm; return its message id."""
        message_id = super().catch(received)
        caught = self.messages[-1]
        if self.longest is None or caught.parts > self.longest.parts:
            self.longest = caught
        if (
            caught.number == ANSWERS.strip("+")
            and caught.part == caught.parts
            and self.counts[caught.number] == caught.parts
        ):
            # Behind the response, and before the receipts: one who writes has read.
            asyncio.get_running_loop().call_soon(self.say, ANSWERS, caught.sender, "STOP")
        return message_id
