"""What the other side answered, in its own words; and what stands in for an answer when none came.

A reply is a value that travels unchanged into the ledger. Its text comes from a stranger, so it is made safe here,
once: no control characters, bounded length, valid Unicode.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

TEXT_LIMIT: Final = 1000
"""Characters of a reply's text that are kept; RFC 5321 §4.5.3.1.5 allows 512 octets a line."""

_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}(?=[ \t]|$)")
# C0, DEL, C1, the separators that end a line in some terminals, the marks that reverse reading direction, and halves of characters,
# which JSON can bring and no database takes.
UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)


class Reply(NamedTuple):
    """One answer to one command, or what happened instead (`code` 0: the peer said nothing).

    `enhanced` is the status of RFC 3463 ("" if there was none), `command` the command that was answered: connect, tls,
    greeting, ehlo, auth, mail, rcpt, data, dot, rset, quit. `peer` is written as in Postfix's log: `host[address]:port`.
    """

    code: int
    enhanced: str
    text: str
    command: str
    peer: str

    @property
    def positive(self) -> bool:
        """The command was carried out (RFC 5321 §4.2.1: 2yz)."""
        return 200 <= self.code < 300

    @property
    def temporary(self) -> bool:
        """Refused now, may be accepted later (4yz)."""
        return 400 <= self.code < 500

    @property
    def permanent(self) -> bool:
        """Refused for good (5yz)."""
        return self.code >= 500

    def __str__(self) -> str:
        words = [str(self.code) if self.code else "", self.enhanced, self.text]
        return " ".join(word for word in words if word)


class Trouble(NamedTuple):
    """A connection that could not be made or kept: about the server, not about any recipient.

    `permanent` means that trying again without a change of configuration will not help.
    """

    reply: Reply
    permanent: bool


def parse(raw: bytes, command: str, peer: str) -> Reply:
    """Make a Reply of the complete lines `raw` (as `ReplyReader` returns them, line ends included)."""
    enhanced = b""
    texts = []
    for line in raw.splitlines():
        text = line[4:]
        found = _ENHANCED.match(text)
        # A status of another class than the code is a mistake of the server's; its text then stays whole.
        if found and found[0][:1] == raw[:1]:
            enhanced = enhanced or found[0]
            text = text[found.end() :]
        if text := text.strip():
            texts.append(text)
    return Reply(int(raw[:3]), enhanced.decode(), sanitise(b" ".join(texts)), command, peer)


def sanitise(text: bytes | str) -> str:
    """Text of a stranger as one line without control characters, at most TEXT_LIMIT characters."""
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    text = " ".join(UNPRINTABLE.sub(" ", text).split())
    return text if len(text) <= TEXT_LIMIT else text[: TEXT_LIMIT - 1] + "…"
