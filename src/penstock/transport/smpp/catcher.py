"""A short message centre on loopback that catches what it is sent, and sends receipts: for the demo, for tests, for trying SMS out.

Nothing leaves the machine, and no telephone rings. It can be told to behave as badly as the world does.

    penstock catch sms --port 2775 --maildir caught --fail '*99' --throttle 500
    penstock send --sms TEXT --via 'smpp://me:secret@127.0.0.1:2775' …
"""

from __future__ import annotations

import asyncio
import collections
import fnmatch
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Final
from urllib.parse import quote

from penstock.transport.catching import kept_in
from penstock.transport.smpp import commands, statuses
from penstock.transport.smpp.header import Header, split
from penstock.transport.smpp.incoming import decoded
from penstock.transport.smpp.line import Line
from penstock.transport.smpp.pdu import Delivery, Pdu, delivery, option

UNACKED: Final = 100
"""Receipts that are on their way to one client at a time."""


@dataclass
class Faults:
    """What goes wrong, and how often.

    `refuse` maps patterns of numbers (as in a shell: *99) to the command_status that their submits get; `fail` are patterns of those
    whose receipt says that they were not reached. `throttle`: submits that one connection may make in a second. `drop_at` names a stage
    at which the connection is dropped: before the answer to `bind` or `submit`, after the `answer`, at a `receipt`; each `drop_every`th
    time. `silent_at` a stage whose answer is left out.
    """

    refuse: dict[str, int] = field(default_factory=dict)
    fail: tuple[str, ...] = ()
    throttle: int = 0
    drop_at: str = ""
    drop_every: int = 1
    silent_at: str = ""


@dataclass(frozen=True)
class Caught:
    """One submit_sm as it arrived: `part` of `parts`."""

    id: str
    sender: str
    number: str
    text: str
    part: int
    parts: int
    reference: int
    submit: Delivery


class Catcher:
    """The centre. `counts` tells for each number how many submits with it were taken; `messages` keeps the last ones.

    Use as `async with Catcher(port=0) as catcher`, or `start` and `stop`; `port` is the real one from then on. `receipts_after`:
    seconds until the receipt, None for none. Any system id and password will do unless `password` is given.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        faults: Faults | None = None,
        keep: int = 1000,
        maildir: Path | None = None,
        receipts_after: float | None = 0.0,
        password: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.host, self.port, self.password = host, port, password
        self.faults = faults or Faults()
        self.receipts_after = receipts_after
        self._tls = tls
        self.counts: collections.Counter[str] = collections.Counter()
        self.parts: collections.Counter[tuple[str, int]] = collections.Counter()  # (number, part)
        self.refused: collections.Counter[str] = collections.Counter()
        self.messages: collections.deque[Caught] = collections.deque(maxlen=keep)
        self.states: dict[str, int] = {}  # message_state by id, as query_sm tells it
        self.stages: collections.Counter[str] = collections.Counter()
        self.told = 0  # receipts and messages that a client has taken
        self.lines: set[Line] = set()
        self._maildir = kept_in(maildir)
        self._open: dict[tuple[str, int], dict[int, str]] = {}
        self._outbox: collections.deque[bytes] = collections.deque()  # deliver_sm bodies
        self._number = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where to send, for whoever has no password to know."""
        return f"smpp://penstock:secret@{self.host}:{self.port}"

    @property
    def address(self) -> str:
        """The same, with the password if there is one."""
        return self.url.replace("secret", quote(self.password or "secret", safe=""), 1)

    @property
    def total(self) -> int:
        """Submits that were taken."""
        return self.counts.total()

    @property
    def caught(self) -> str:
        """How much that is."""
        return f"{self.total} submits for {len(self.counts)} numbers"

    async def start(self) -> None:
        """Listen; raises OSError if the port is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Line(self), self.host, self.port, ssl=self._tls, backlog=200
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Close the port and all connections."""
        if self._server is not None:
            self._server.close()
            for line in list(self.lines):
                line.drop()
            self._server = None

    async def __aenter__(self) -> Catcher:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    # -- what a line asks ---------------------------------------------------------------------------------------

    def faulty(self, stage: str) -> str:
        """Return what goes wrong at `stage` this time: drop, silent, or ""."""
        self.stages[stage] += 1
        if self.faults.drop_at == stage and self.stages[stage] % self.faults.drop_every == 0:
            return "drop"
        return "silent" if self.faults.silent_at == stage else ""

    def verdict(self, number: str) -> int:
        """Return the command_status that a submit for `number` gets."""
        for pattern, status in self.faults.refuse.items():
            if fnmatch.fnmatchcase(number, pattern):
                self.refused[number] += 1
                return status
        return statuses.ESME_ROK

    def catch(self, received: Pdu) -> str:
        """Take a submit_sm; return its message id."""
        submit = delivery(received)
        header, data = split(submit.text) if submit.esm_class & commands.HEADER else (Header(), submit.text)
        self._number += 1
        caught = Caught(
            f"{self._number:08x}", submit.source, submit.destination, decoded(data, submit.coding, header=header),
            header.part, header.parts, header.reference, submit,
        )  # fmt: skip
        self.counts[caught.number] += 1
        self.parts[caught.number, caught.part] += 1
        self.messages.append(caught)
        if self._maildir is not None:
            self._keep(caught)
        failed = any(fnmatch.fnmatchcase(caught.number, pattern) for pattern in self.faults.fail)
        self.states[caught.id] = 5 if failed else 2
        if submit.registered & 3 and self.receipts_after is not None:
            body = receipt_body(caught.id, submit, failed=failed)
            asyncio.get_running_loop().call_later(self.receipts_after, self.send, body)
        return caught.id

    # -- what goes to the clients ---------------------------------------------------------------------------------

    def send(self, body: bytes) -> None:
        """Send a deliver_sm, over whatever bind there is, now or once there is one."""
        self._outbox.append(body)
        self.deliver()

    def say(self, number: str, to: str, text: str) -> None:
        """Have somebody at `number` send a message to us."""
        body = (
            b"\0\1\1" + number.removeprefix("+").encode() + b"\0\1\1" + to.removeprefix("+").encode() + b"\0"
        )
        data = text.encode("utf-16-be")[:254]
        self.send(body + bytes((0, 0, 0, 0, 0, 0, 0, 8, 0, len(data))) + data)

    def deliver(self) -> None:
        """Hand out what waits."""
        for line in self.lines:
            while self._outbox and line.hears and len(line.unacked) < UNACKED:
                if self.faulty("receipt") == "drop":
                    line.drop()
                    return
                line.deliver(self._outbox.popleft())

    def back(self, bodies: list[bytes]) -> None:
        """These were not taken: again later."""
        self._outbox.extendleft(reversed(bodies))
        asyncio.get_running_loop().call_later(0.2, self.deliver)

    @property
    def waiting(self) -> int:
        """Receipts and messages that no client has taken."""
        return len(self._outbox) + sum(len(line.unacked) for line in self.lines)

    def _keep(self, caught: Caught) -> None:
        """Write a message down once all its parts are here: as a mail, which everything can read."""
        parts = self._open.setdefault((caught.number, caught.reference), {})
        parts[caught.part] = caught.text
        if len(parts) < caught.parts:
            return
        del self._open[caught.number, caught.reference]
        message = EmailMessage()
        message["From"], message["To"] = caught.sender or "unknown", f"+{caught.number}"
        text = "".join(parts[place] for place in sorted(parts))
        message["Subject"] = " ".join(text[:60].split())
        message["X-Parts"] = str(caught.parts)
        message.set_content(text)
        assert self._maildir is not None
        self._maildir.add(message)


def receipt_body(message_id: str, submit: Delivery, *, failed: bool) -> bytes:
    """Return the deliver_sm of a receipt, as appendix B writes it, with the optional parameters."""
    state, number = ("UNDELIV", 5) if failed else ("DELIVRD", 2)
    text = (
        f"id:{message_id} sub:001 dlvrd:{0 if failed else 1:03d} submit date:2001010000 done date:2001010001"
        f" stat:{state} err:{9 if failed else 0:03d} text:"
    ).encode()
    return (
        b"\0\1\1" + submit.destination.encode("latin-1") + b"\0\0\0" + submit.source.encode("latin-1")
        + b"\0" + bytes((commands.KIND_RECEIPT, 0, 0, 0, 0, 0, 0, 0, 0, len(text))) + text
        + option(commands.RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0") + option(commands.MESSAGE_STATE, bytes((number,)))
    )  # fmt: skip
