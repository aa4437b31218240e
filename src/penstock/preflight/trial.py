"""The letter, or short message, of one test: the mailing's message as somebody gets it, to another address.

It differs from theirs in To and the envelope, which are the test's own address, in a header X-Penstock-Test, and in a prefix of
the subject where one was asked for. Its links are nobody's. Its Message-ID is its own, or servers would take the second test for
the first one again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import psycopg

from penstock.content.accepting import SMS
from penstock.content.links import NOBODY, return_path
from penstock.content.message import Message
from penstock.content.render import Program, date_bytes, needs_smtputf8, recipient
from penstock.content.sms.program import ShortProgram
from penstock.delivery import signing
from penstock.mailing.mailings import Mailing
from penstock.preflight.making import REASONS, CannotBeMade, program, short_program, values
from penstock.transport.envelope import Envelope
from penstock.transport.short import ShortEnvelope

HEADER: Final = "X-Penstock-Test"
VALIDITY: Final = 3600.0
"""Seconds that a network may try to hand a test over: later nobody waits for it."""


@dataclass(frozen=True)
class Maker:
    """What makes the tests of one message with one prefix: `domain` is that of their return path."""

    program: Program
    domain: bytes

    def envelope(self, test: int, address: str, as_whom: str, attributes: dict[str, str]) -> Envelope:
        """Return the letter to `address` with the content that the contact `as_whom` gets, in 7-bit form. Raises CannotBeMade."""
        public = b"0-%x-%b" % (test, secrets.token_hex(12).encode())
        now = time.time()
        signer, self.program.signer = self.program.signer, None
        try:
            to = recipient(address)
            data = self.program.envelope_data(
                values(self.program, as_whom, attributes), public, NOBODY, date_bytes(now), eightbit=False
            )
            data = _addressed(data, recipient(as_whom), to)
            data = signer.sign(data, int(now)) if signer else data
        except REASONS as error:
            raise CannotBeMade(str(error)) from error
        finally:
            self.program.signer = signer
        return Envelope(test, return_path(public, self.domain), to, data, needs_smtputf8(address))


@dataclass(frozen=True)
class ShortMaker:
    """What makes the tests of one short message with one prefix, which stands before the text."""

    program: ShortProgram

    def envelope(self, test: int, address: str, as_whom: str, attributes: dict[str, str]) -> ShortEnvelope:
        """Return the message to the number `address` with the content that the contact `as_whom` gets. Raises CannotBeMade."""
        try:
            encoded = self.program.encoded(values(self.program, as_whom, attributes))
        except REASONS as error:
            raise CannotBeMade(str(error)) from error
        mark = f"0-{test:x}-{secrets.token_hex(12)}"
        return ShortEnvelope(test, self.program.sender, address, encoded, secrets.randbelow(1 << 16), mark, VALIDITY)  # fmt: skip


def maker(conn: psycopg.Connection[Any], mailing: Mailing, prefix: str, revision: int) -> Maker | ShortMaker:
    """Return what makes the tests of the message that `mailing` names. Raises CannotBeMade."""
    if mailing.channel == SMS:
        return ShortMaker(short_program(conn, mailing, lambda message: replace(message, text=prefix + (message.text or "")))[1])  # fmt: skip
    made = program(conn, mailing, _marked(prefix, f"mailing {mailing.id}, revision {revision}"))
    domain = signing.return_domain(conn, mailing.account, made.domain.decode())
    return Maker(made, domain.encode())


def _marked(prefix: str, mark: str) -> Callable[[Message], Message]:
    def change(message: Message) -> Message:
        others = {name: text for name, text in message.headers.items() if name.lower() != HEADER.lower()}
        return replace(message, subject=prefix + message.subject, headers={**others, HEADER: mark})

    return change


def _addressed(data: bytes, before: bytes, after: bytes) -> bytes:
    """Put another address into To: the first line that is this field; nothing before it can look like one, it is folded."""
    found, rest = b"\r\nTo: " + before + b"\r\n", b"\r\nTo: " + after + b"\r\n"
    assert found in data
    return data.replace(found, rest, 1)
