"""One connection's dialogue: aiosmtpd's, with a body that may be larger than what is kept of it, and with answers of ours.

The answer to the dot is 250 only after the transaction has committed. An address that is none of ours is refused (550); while the
database is away everything is put off (451). Over LMTP each recipient gets an answer of its own (RFC 2033 §4.2).
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from penstock.feedback.inbound.taking import Away, Taking

log = logging.getLogger(__name__)
logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd's: it writes down what strangers say

KEPT: Final = 1_000_000
"""Octets of a message that are looked at: reports stand in front, and the message that came back behind them."""
LARGEST: Final = 32_000_000
"""Octets of a message that is taken at all; servers that return whole newsletters return them with their pictures."""
IDLE: Final = 60.0
"""Seconds for a command, and for an answer of ours."""
READING: Final = 180.0
"""Seconds for a whole message, however slowly it drips."""
RECIPIENTS: Final = 100
"""Of one message; more are put off (RFC 5321 §4.5.3.1.8 asks for so many)."""
_OF_MESSAGES: Final = 1_000_000
"""Commands that each message needs: a mail server keeps its connection for as long as there are more, and in a storm these are many."""
CALLS: Final = {
    "NOOP": 50,
    "HELP": 5,
    "VRFY": 5,
    "EHLO": 10,
    "HELO": 10,
    "LHLO": 10,
    "STARTTLS": 3,
    "MAIL": _OF_MESSAGES,
    "RCPT": _OF_MESSAGES,
    "DATA": _OF_MESSAGES,
    "RSET": _OF_MESSAGES,
    "*": 1_000,
}
"""How often a connection may give a command; then it has to come again."""
_LONGEST_LINE: Final = 65_536
_LATER: Final = "451 4.3.0 Not now; please try again later"
_TOO_LARGE: Final = f"552 5.3.4 At most {LARGEST} octets are taken"


class Dialogue(SMTP):
    """A connection over SMTP. `gone` is told its end."""

    line_length_limit = _LONGEST_LINE

    def __init__(
        self, taking: Taking, hostname: str, *, gone: Callable[[Dialogue], None], tls: ssl.SSLContext | None = None
    ) -> None:  # fmt: skip
        super().__init__(
            _Answers(taking, lmtp=isinstance(self, LmtpDialogue)), data_size_limit=LARGEST, enable_SMTPUTF8=True,
            hostname=hostname, ident="Penstock", timeout=IDLE, command_call_limit=CALLS, tls_context=tls,
            loop=asyncio.get_running_loop(),
        )  # fmt: skip
        self.idle = asyncio.Event()  # not while a message is being noted and answered
        self.idle.set()
        self._gone = gone

    def connection_lost(self, error: Exception | None) -> None:
        self._gone(self)
        super().connection_lost(error)

    async def smtp_STARTTLS(self, arg: str | None) -> None:
        """Begin TLS (RFC 3207). Everything said before is forgotten then: greeting, sender, recipients (`connection_made`). What
        stands behind the command already was put there by somebody on the way, or by a client that does not wait: it is not read.
        """
        if arg:
            await self.push("501 5.5.4 STARTTLS stands alone")
        elif self.tls_context is None:
            await self.push("502 5.5.1 There is no TLS here")
        elif self._tls_protocol is not None:
            await self.push("503 5.5.1 TLS has begun already")
        elif self._reader._buffer:  # type: ignore[attr-defined]
            await self.push("554 5.5.0 Something was said after STARTTLS and before TLS")
            assert self.transport is not None
            self.transport.close()
        else:
            await self._begin_tls()

    async def _begin_tls(self) -> None:
        """Shake hands. Where nothing comes of it the connection ends; the library has none then that it could end, and would be
        asked no more whether it did."""  # fmt: skip
        plain = self.transport
        assert self._timeout_handle is not None
        self._timeout_handle.cancel()  # the handshake has a time-out of its own
        try:
            await super().smtp_STARTTLS("")
            if self.transport is None:
                raise TLSSetupException
        finally:
            self.transport = self.transport or plain

    async def smtp_AUTH(self, arg: str | None) -> None:
        """Refuse: nobody has a password here. The library offers it once TLS has begun."""
        await self.push("502 5.5.1 There is nothing to log in to")

    async def smtp_DATA(self, arg: str | None) -> None:
        """Read a message, of which KEPT octets are kept, and answer for it (RFC 5321 §4.1.1.4)."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Say first whom it is for (RCPT)")
            return
        if arg:
            await self.push("501 5.5.4 DATA stands alone")
            return
        await self.push("354 Go on, and end with a line with a single dot")
        self._reset_timeout(READING)
        kept, size = await self._message()
        self._reset_timeout(IDLE)
        self.idle.clear()
        try:
            await self._answer(kept, size)
        finally:
            self.idle.set()

    async def _answer(self, kept: bytes, size: int) -> None:
        assert self.envelope is not None
        if size > LARGEST:
            answer = self._for_each(_TOO_LARGE)
        else:
            self.envelope.content = kept
            answer = str(await self._call_handler_hook("DATA"))
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(answer)

    async def _message(self) -> tuple[bytes, int]:
        """Return the first KEPT octets of what stands before the lone dot, and how many there were. Lines end with CRLF and nothing
        else: otherwise two servers could see two messages where there is one."""  # fmt: skip
        kept, size, begins = bytearray(), 0, True
        while True:
            try:
                line, ends = await self._reader.readuntil(b"\r\n"), True
            except asyncio.LimitOverrunError as long:
                line, ends = await self._reader.read(long.consumed), False
            if begins and line == b".\r\n":
                return bytes(kept), size
            if begins and line.startswith(b"."):
                line = line[1:]
            begins = ends
            size += len(line)
            kept += line[: max(0, KEPT - len(kept))]
            if size > 2 * LARGEST and self.transport is not None:
                self.transport.close()

    def _for_each(self, answer: str) -> str:
        """Return an answer to the dot; over LMTP once for each recipient."""
        return answer


class LmtpDialogue(Dialogue):
    """A connection over LMTP: LHLO instead of EHLO, and an answer for each recipient (RFC 2033)."""

    show_smtp_greeting = False

    async def smtp_LHLO(self, arg: str) -> None:
        """Greet (RFC 2033 §4.1)."""
        await super().smtp_EHLO(arg)

    async def smtp_EHLO(self, arg: str) -> None:
        """Refuse: this is no SMTP."""
        await self.push("500 5.5.1 This is LMTP: say LHLO")

    async def smtp_HELO(self, arg: str) -> None:
        """Refuse: this is no SMTP."""
        await self.push("500 5.5.1 This is LMTP: say LHLO")

    def _for_each(self, answer: str) -> str:
        assert self.envelope is not None
        return "\r\n".join([answer] * len(self.envelope.rcpt_tos))


class _Answers:
    """aiosmtpd's questions."""

    def __init__(self, taking: Taking, *, lmtp: bool) -> None:
        self._taking = taking
        self._lmtp = lmtp

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        offered = [each for each in responses[:-1] if not each.startswith("250-AUTH")]
        return [*offered, "250-PIPELINING", "250-ENHANCEDSTATUSCODES", responses[-1]]

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str | None, options: list[str]
    ) -> str:
        envelope.mail_from = address  # <> for nobody: aiosmtpd wants to see something
        envelope.mail_options.extend(options)
        return "250 2.1.0 Go on"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= RECIPIENTS:
            return f"452 4.5.3 At most {RECIPIENTS} recipients at once"
        try:
            if not await self._taking.ours(address):
                return "550 5.1.1 Nobody has this address here"
        except Away:
            return _LATER
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Go on"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        data = envelope.content
        assert isinstance(data, bytes)
        sender = (envelope.mail_from or "").removeprefix("<>")
        try:
            found = await self._taking.take(data, envelope.rcpt_tos, sender)
        except Away:
            answer = _LATER
        else:
            answer = f"250 2.0.0 Taken: {', '.join(sorted({each.done for each in found})) or 'nothing'}"
        return "\r\n".join([answer] * (len(envelope.rcpt_tos) if self._lmtp else 1))

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, TLSSetupException):  # what strangers do wrong; the connection is at its end
            return _LATER
        log.error("a dialogue failed: %s", type(error).__name__, exc_info=error)
        return _LATER
