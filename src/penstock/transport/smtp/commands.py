"""The commands that open an envelope, and the envelopes that must not be opened with this peer."""

from __future__ import annotations

import re
from typing import Final

from penstock.transport.envelope import Envelope, Peer
from penstock.transport.reply import Reply

_UNSAFE: Final = re.compile(rb"[\x00-\x20<>\x7f]").search
"""What would end the address or the line early. (Quoted local parts with blanks or brackets fall with it.)"""


class Commands:
    """MAIL, RCPT and DATA for one peer; knows what the peer cannot take.

    RFC 5321 §4.1.1, with SIZE (RFC 1870), BODY=8BITMIME (RFC 6152) and SMTPUTF8 (RFC 6531).
    """

    __slots__ = ("_eightbit", "_limit", "_peer", "_peer_name", "_plain", "_sized", "_utf8")

    def __init__(self, peer: Peer, peer_name: str) -> None:
        self._peer = peer
        self._peer_name = peer_name
        self._sized = peer.size is not None
        self._limit = peer.size or 0
        size = b" SIZE=%d" if self._sized else b""
        end = b"\r\nRCPT TO:<%b>\r\nDATA\r\n"
        self._plain = b"MAIL FROM:<%b>" + size + end
        self._eightbit = b"MAIL FROM:<%b>" + size + b" BODY=8BITMIME" + end
        self._utf8 = b"MAIL FROM:<%b>" + size + b" BODY=8BITMIME SMTPUTF8" + end

    def open(self, envelope: Envelope) -> bytes | Reply:
        """The three commands, one a line; or the refusal that the envelope earns without touching the wire."""
        sender, recipient, data = envelope.sender, envelope.recipient, envelope.data
        addresses = sender + recipient
        if envelope.smtputf8 or not addresses.isascii():
            if not self._peer.smtputf8:
                text = "the address needs SMTPUTF8, which this server does not offer"
                return self._refuse(553, "5.6.7", "rcpt", text)
            template = self._utf8
        elif data.isascii():
            template = self._plain
        elif self._peer.eightbitmime:
            template = self._eightbit
        else:
            text = "the message has 8-bit data, for which this server offers no 8BITMIME"
            return self._refuse(554, "5.6.3", "mail", text)
        if _UNSAFE(addresses) or not recipient:
            return self._refuse_address(sender)
        if not data.endswith(b"\r\n.\r\n"):
            return self._refuse(554, "5.6.0", "mail", "the message does not end with CRLF . CRLF")
        if not self._sized:
            return template % (sender, recipient)
        size = len(data) - 3  # the dot's line is not part of the message (RFC 1870 §5)
        if size > self._limit > 0:
            text = f"the message has {size} bytes, and this server takes {self._limit}"
            return self._refuse(552, "5.3.4", "mail", text)
        return template % (sender, size, recipient)

    def _refuse_address(self, sender: bytes) -> Reply:
        if _UNSAFE(sender):
            return self._refuse(
                553, "5.1.7", "mail", "the return path has a character that no SMTP command can carry"
            )
        return self._refuse(
            553, "5.1.3", "rcpt", "the address is empty or has a character that no SMTP command can carry"
        )

    def _refuse(self, code: int, enhanced: str, command: str, text: str) -> Reply:
        return Reply(code, enhanced, f"Not sent: {text}", command, self._peer_name)
