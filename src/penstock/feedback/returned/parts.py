"""A message of a stranger, taken apart within bounds: so many octets, parts and levels, and defects are no errors.

What is read is the message that came; a message enclosed in it (the one that came back) is never mistaken for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, Final

LARGEST: Final = 262_144
"""Octets that are looked at. What a server says stands at the beginning, the message that it is about at the end."""
DEEPEST: Final = 20
"""Multiparts and enclosed messages, in all: each level costs time for every line below it."""
MOST_PARTS: Final = 60
LONGEST_TEXT: Final = 65_536
"""Characters of one part that are read."""
LONGEST_FIELD: Final = 2_000

STATUS: Final = "text/x-delivery-status"
REPORT: Final = "text/x-feedback-report"
HEADERS: Final = "text/rfc822-headers"

# Python's parser would take these for messages. RFC 3464 §2.1, RFC 5965 §2, RFC 6533 §4 and §5: they are fields in text.
_FIELDS: Final = re.compile(
    rb"(?im)^(content-type:\s{0,80})message/(?:global-)?(delivery-status|feedback-report|headers)"
)
_NAMES: Final = {b"delivery-status": STATUS, b"feedback-report": REPORT, b"headers": HEADERS}
_LEVEL: Final = re.compile(rb"(?i)boundary[*0-9]{0,4}\s{0,9}=|content-type:\s{0,80}message/")
_FIELD: Final = re.compile(r"([!-9;-~]{1,100})\s{0,9}:(.*)", re.DOTALL)


@dataclass(frozen=True)
class Opened:
    """A message: its header, its parts that are no multiparts, and the messages (or their headers alone) that it encloses."""

    header: Message[str, str]
    parts: list[Message[str, str]] = field(default_factory=list)
    enclosed: list[Message[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """The field `name` of its header as one line, "" without one."""
        return value(self.header, name)

    def texts(self, kind: str) -> Iterator[str]:
        """The text of each part of this content type."""
        return (text_of(part) for part in self.parts if part.get_content_type() == kind)

    @property
    def words(self) -> str:
        """What its plain parts say; of one that has none its HTML, tags and all."""
        kinds = (
            "text/plain",
            self.header.get_content_type() if not self.header.is_multipart() else "text/plain",
        )
        plain = "\n".join(
            text for kind in dict.fromkeys(kinds) for text in self.texts(kind) if kind != "text/html"
        )
        return plain or re.sub(r"<[^<>]{0,2000}>", " ", "\n".join(self.texts("text/html")))


def opened(data: bytes) -> Opened | None:
    """Take a message apart; None when it is nested as no message is that somebody sent."""
    head = data[:LARGEST]
    if len(_LEVEL.findall(head)) > DEEPEST:
        return None
    head = _FIELDS.sub(lambda found: found[1] + _NAMES[found[2].lower()].encode(), head)
    message: Message[str, str] = BytesParser(policy=compat32).parsebytes(head)
    parts: list[Message[str, str]] = []
    enclosed: list[Message[str, str]] = []
    todo = [message]
    while todo and len(parts) + len(enclosed) < MOST_PARTS:
        one = todo.pop()
        inner: Any = one.get_payload()
        if one.get_content_maintype() == "message" and isinstance(inner, list):
            enclosed += inner[:1]
        elif isinstance(inner, list):
            todo += reversed(inner)
        else:
            parts.append(one)
    enclosed += [fields_of(text_of(one)) for one in parts if one.get_content_type() == HEADERS]
    return Opened(message, parts, enclosed)


def value(message: Message[str, str], name: str) -> str:
    """The first field `name` as one line, "" without one."""
    found: Any = message.get(name)
    return "" if found is None else " ".join(str(found)[:LONGEST_FIELD].split())


def values(message: Message[str, str], name: str, most: int = 20) -> list[str]:
    """All fields `name`, each as one line."""
    found: list[Any] = message.get_all(name) or []
    return [" ".join(str(one)[:LONGEST_FIELD].split()) for one in found[:most]]


def text_of(part: Message[str, str]) -> str:
    """The text of a part, decoded as it says or, failing that, as UTF-8; bounded."""
    raw: Any = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    try:
        text = raw.decode(charset, "replace")
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
    return text[:LONGEST_TEXT].replace("\r\n", "\n").replace("\r", "\n")


def fields_of(text: str) -> Message[str, str]:
    """Fields in a text, `Name: value` with folded lines (RFC 5322 §2.2), as the header of a message; the first of a name counts."""
    found: Message[str, str] = Message()
    for line in re.sub(r"\n[ \t]+", " ", text).split("\n")[:500]:
        match = _FIELD.fullmatch(line)
        if match and match[1] not in found:
            found[match[1]] = " ".join(match[2][:LONGEST_FIELD].split())
    return found
